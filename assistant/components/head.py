"""What every page has in its head: the look, the icon, and how it may be installed."""

import reflex as rx

STYLES = [
    f"/{name}.css" for name in ("fonts", "look", "shell", "chat", "composer", "answer", "page")
]


def head() -> list[rx.Component]:
    """The elements, in order."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icon-192.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.meta(name="theme-color", content="#fbfaf8", media="(prefers-color-scheme: light)"),
        rx.el.meta(name="theme-color", content="#181715", media="(prefers-color-scheme: dark)"),
    ]
