"""What every page has in its head: the look, the icon, and how it may be installed."""

import reflex as rx

SHARED = ("fonts", "look", "parts", "layers", "shell", "search")
CHAT = ("chat", "tools", "around", "composer", "answer", "code")
STYLES = [
    f"/{name}.css" for name in (*SHARED, *CHAT, "page", "settings", "security")
]  # the build makes one file of them


def head() -> list[rx.Component]:
    """The elements, in order."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icon-192.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        _theme_colour("#fbfaf8", "light"),
        _theme_colour("#181715", "dark"),
    ]


def _theme_colour(colour: str, scheme: str) -> rx.Component:
    """What browsers paint around the page. As a plain argument `media` would become a style."""
    when = {"media": f"(prefers-color-scheme: {scheme})"}
    return rx.el.meta(name="theme-color", content=colour, custom_attrs=when)
