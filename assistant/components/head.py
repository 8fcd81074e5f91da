"""What every page has in its head: the look, the icon, and how it may be installed."""

import reflex as rx

SHARED = ("fonts", "look", "parts", "layers", "shell")
CHAT = ("chat", "tools", "around", "composer", "answer", "code")
STYLES = [
    f"/{name}.css" for name in (*SHARED, *CHAT, "page", "settings", "data")
]  # the build makes one file of them


def head() -> list[rx.Component]:
    """The elements, in order."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icon-192.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.meta(name="theme-color", content="#fbfaf8", media="(prefers-color-scheme: light)"),
        rx.el.meta(name="theme-color", content="#181715", media="(prefers-color-scheme: dark)"),
    ]
