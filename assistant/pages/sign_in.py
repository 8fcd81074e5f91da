"""The sign-in page, to which every way in that has failed comes back, too."""

import reflex as rx

from assistant.components.sign_in import sign_in_card


def sign_in() -> rx.Component:
    """The card with the ways to sign in that exist here."""
    return rx.el.main(sign_in_card(), class_name="sign-in")


PAGES = ({"component": sign_in, "route": "/sign-in", "title": "Sign in · Assistant"},)
