"""The card with the ways to sign in."""

import reflex as rx

from assistant.components.scripts import script


class SignIn(rx.Component):
    """Wraps sign_in.jsx: plain links and a plain form, so that the server can set its cookies."""

    library = script("sign_in.jsx")
    tag = "SignIn"


sign_in_card = SignIn.create
