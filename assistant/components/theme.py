"""The theme: chosen on the settings page, kept on every page."""

import reflex as rx

from assistant.components.scripts import script


class KeptTheme(rx.Component):
    """Wraps theme.jsx, and shows nothing. theme: what the server knows, "" before that.

    since: a number that is greater, the later the theme was chosen.
    """

    library = script("theme.jsx")
    tag = "KeptTheme"

    theme: rx.Var[str]
    since: rx.Var[int]


class ThemeChoice(rx.Component):
    """Wraps theme.jsx: system, light or dark, in force at once. on_choose: gets the theme."""

    library = script("theme.jsx")
    tag = "ThemeChoice"

    label: rx.Var[str]
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(str)]


kept_theme = KeptTheme.create
theme_choice = ThemeChoice.create
