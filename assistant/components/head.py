"""What every page has in its head: the look, the icon, and how it may be installed."""

from pathlib import Path

import reflex as rx

# What listens before all other scripts, without the comment above it.
EARLY = "{" + Path(__file__).with_name("early_enter.js").read_text("utf-8").partition("\n{")[2]
SHARED = ("fonts", "look", "parts", "layers", "shell", "search", "waiting")
CHAT = ("chat", "tools", "approvals", "around", "composer", "files", "answer", "code", "versions")
STYLES = [
    f"/{name}.css"
    for name in (
        *SHARED,
        *CHAT,
        "page",
        "settings",
        "security",
        "data",
        "connections",
        "audit",
        "usage",
        "billing",
        "seats",
        "admin",
    )
]  # the build makes one file of them

BACKGROUNDS = {"light": "#fbfaf8", "dark": "#181715"}  # --bg of look.css


def head() -> list[rx.Component]:
    """The elements, in order."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icon-192.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.script(EARLY),
        *(_bars(scheme, colour) for scheme, colour in BACKGROUNDS.items()),
    ]


def _bars(scheme: str, colour: str) -> rx.Component:
    """The colour of the browser's bars; a theme that is chosen changes which one holds."""
    media = {"media": f"(prefers-color-scheme: {scheme})", "data-scheme": scheme}
    return rx.el.meta(name="theme-color", content=colour, custom_attrs=media)
