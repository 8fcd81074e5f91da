"""Settings of the user's files: what is kept, the room that it takes, and what was deleted."""

import reflex as rx

from assistant.components.page_frame import section
from assistant.components.scripts import script


class StoredFiles(rx.Component):
    """Wraps stored_files.jsx."""

    library = script("stored_files.jsx")
    tag = "StoredFiles"


def files_section() -> rx.Component:
    """The section."""
    return section(
        "Files",
        "What you have attached in the chat, and what the assistant has written for you.",
        StoredFiles.create(),
    )
