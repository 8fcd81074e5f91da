"""Settings of the user's profile."""

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.settings_fields import outcome, text_setting
from assistant.services.inputs import NAME_CHARACTERS
from assistant.state.settings import SettingsState


def profile_section() -> rx.Component:
    """The name that one goes by."""
    name = text_setting(
        "name", value=SettingsState.name, most=NAME_CHARACTERS, on_save=SettingsState.rename
    )
    return section(
        "Profile",
        "",
        row("Name", "Stands beside your conversations.", name, field="name", said=outcome("name")),
    )
