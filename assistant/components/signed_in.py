"""The card of the window in which somebody has signed in."""

import reflex as rx

from assistant.components.scripts import script


class SignedIn(rx.Component):
    """Wraps signed_in.jsx: it tells the pages that wait, and closes its window."""

    library = script("signed_in.jsx")
    tag = "SignedIn"


signed_in_card = SignedIn.create
