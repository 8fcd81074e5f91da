"""Where a window ends that was opened to sign in: the page that opened it goes on."""

import reflex as rx

from assistant.components.signed_in import signed_in_card


def signed_in() -> rx.Component:
    """The card that tells the other pages."""
    return rx.el.main(signed_in_card(), class_name="sign-in")


PAGES = ({"component": signed_in, "route": "/signed-in", "title": "Signed in · Assistant"},)
