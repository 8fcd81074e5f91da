"""Settings of how it looks."""

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.settings_fields import outcome
from assistant.components.theme import theme_choice
from assistant.state.settings import SettingsState


def appearance_section() -> rx.Component:
    """The theme."""
    choice = theme_choice(label="Theme", on_choose=SettingsState.look_like)
    hint = "System follows your device. Motion does so always."
    return section("Appearance", "", row("Theme", hint, choice, said=outcome("theme")))
