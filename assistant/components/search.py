"""The search through titles and messages."""

import reflex as rx

from assistant.components.scripts import script


class Search(rx.Component):
    """Wraps search.jsx: a button, and the dialog that it opens. groups: those of the sidebar."""

    library = script("search.jsx")
    tag = "Search"

    groups: rx.Var[list]


search = Search.create
