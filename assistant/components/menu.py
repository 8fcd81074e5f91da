"""A button with a menu, and the lines in it."""

from typing import Any

import reflex as rx

from assistant.components.scripts import script


class Menu(rx.Component):
    """Wraps menu.jsx; the children are its lines.

    caption: its words, "" for three dots. face: a letter in a circle before them, "" for none.
    """

    library = script("menu.jsx")
    tag = "Menu"

    label: rx.Var[str]
    caption: rx.Var[str]
    face: rx.Var[str]
    look: rx.Var[str]
    test_id: rx.Var[str]


menu = Menu.create


def item(words: str | rx.Var[str], on_click: Any, *, danger: bool = False) -> rx.Component:  # noqa: ANN401
    """One line of a menu."""
    look = "menu-item danger" if danger else "menu-item"
    return rx.el.button(words, type="button", role="menuitem", class_name=look, on_click=on_click)
