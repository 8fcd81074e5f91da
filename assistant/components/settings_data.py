"""Settings of what belongs to the user: export, import, delete."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.scripts import script

ON_LOAD: tuple[Any, ...] = ()


class ExportButton(rx.Component):
    """Wraps export_button.jsx."""

    library = script("export_button.jsx")
    tag = "ExportButton"


class ImportArchive(rx.Component):
    """Wraps import_archive.jsx."""

    library = script("import_archive.jsx")
    tag = "ImportArchive"


class DeleteAccount(rx.Component):
    """Wraps delete_account.jsx."""

    library = script("delete_account.jsx")
    tag = "DeleteAccount"


def data_sections() -> rx.Component:
    """The sections, in order."""
    return section(
        "Your data",
        "What you write here is yours: take it along, bring it back, or have it erased.",
        row(
            "Export",
            "Everything in one ZIP archive: conversations to read and to import elsewhere, "
            "what tools did, usage and settings.",
            ExportButton.create(),
        ),
        row(
            "Import",
            "Conversations from such an archive, of up to 50 MB and 20,000 conversations; how to "
            "split a larger one, its README.txt says. What you have stays as it is.",
            ImportArchive.create(),
        ),
        row(
            "Delete account",
            "Erased after 14 days, in which you can think better of it.",
            DeleteAccount.create(),
        ),
    )
