"""The card of somebody whose account will be erased."""

import reflex as rx

from assistant.components.scripts import script


class Leaving(rx.Component):
    """Wraps leaving.jsx, which asks the server for the day."""

    library = script("leaving.jsx")
    tag = "Leaving"


leaving_card = Leaving.create
