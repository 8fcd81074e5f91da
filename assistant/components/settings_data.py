"""Settings of what belongs to the user: export, import, delete."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.scripts import script
from assistant.state.settings import SettingsState

ON_LOAD: tuple[Any, ...] = ()


class ExportButton(rx.Component):
    """Wraps export_button.jsx."""

    library = script("export_button.jsx")
    tag = "ExportButton"


class ImportArchive(rx.Component):
    """Wraps import_archive.jsx. on_taken: settings were. on_instruct: gets the instructions."""

    library = script("import_archive.jsx")
    tag = "ImportArchive"

    on_taken: rx.EventHandler[rx.event.no_args_event_spec]
    on_instruct: rx.EventHandler[rx.event.passthrough_event_spec(str)]


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
            "Everything in one ZIP archive: conversations, files, notes and settings, to read and "
            "to import elsewhere, and what tools did and cost.",
            ExportButton.create(),
        ),
        row(
            "Import",
            "Conversations, files, notes and choices from such an archive, of up to 50 MB and "
            "20,000 conversations; how to split a larger one, its README.txt says. What you have "
            "stays as it is. Logs, usage and permissions stay in the archive.",
            ImportArchive.create(
                on_taken=SettingsState.read_again, on_instruct=SettingsState.instruct
            ),
        ),
        row(
            "Delete account",
            "Erased after 14 days, in which you can think better of it.",
            DeleteAccount.create(),
        ),
    )
