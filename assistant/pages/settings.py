"""The settings: who one is here, how answers come, how it looks, and what belongs to the user."""

import reflex as rx

from assistant.components import settings_data, settings_permissions, settings_security
from assistant.components.contents import contents
from assistant.components.page_frame import page_frame
from assistant.components.settings_answers import answers_section
from assistant.components.settings_appearance import appearance_section
from assistant.components.settings_connections import connections_section
from assistant.components.settings_files import files_section
from assistant.components.settings_profile import profile_section
from assistant.state.settings import SettingsState

PARTS = (
    *("Profile", "Answers", "Appearance", "Connections", "Permissions", "Ways to sign in"),
    *("Second factor", "Devices", "Files", "Your data"),
)  # some of the headings below: the ways to them


def settings() -> rx.Component:
    """All sections, in the order in which they are looked for."""
    return page_frame(
        "Settings",
        "How you are known here, how answers come, and what happens to what is yours.",
        contents("Settings", *PARTS),
        profile_section(),
        answers_section(),
        appearance_section(),
        connections_section(),
        settings_permissions.permissions_sections(),
        settings_security.security_sections(),
        files_section(),
        settings_data.data_sections(),
    )


PAGES = (
    {
        "component": settings,
        "route": "/settings",
        "title": "Settings · Assistant",
        "on_load": [
            SettingsState.load,
            *settings_permissions.ON_LOAD,
            *settings_security.ON_LOAD,
            *settings_data.ON_LOAD,
        ],
    },
)
