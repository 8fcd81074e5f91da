"""Settings of what is connected: calendars, mailboxes, servers with tools of their own."""

import reflex as rx

from assistant.components.page_frame import section
from assistant.components.scripts import script


class Connections(rx.Component):
    """Wraps connections.jsx."""

    library = script("connections.jsx")
    tag = "Connections"


def connections_section() -> rx.Component:
    """The section."""
    return section(
        "Connections",
        "Accounts in which the assistant may act for you.",
        Connections.create(),
    )
