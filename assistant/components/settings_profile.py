"""Settings of the user's profile."""

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.state.sidebar import SidebarState


def profile_section() -> rx.Component:
    """The name that one goes by."""
    return section(
        "Profile",
        "",
        row("Name", "Stands beside your conversations.", rx.el.span(SidebarState.name, dir="auto")),
    )
