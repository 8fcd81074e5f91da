"""The card that asks for a code of the second factor."""

import reflex as rx

from assistant.components.scripts import script


class Verify(rx.Component):
    """Wraps verify.jsx: plain forms, which work without a socket."""

    library = script("verify.jsx")
    tag = "Verify"


verify_card = Verify.create
