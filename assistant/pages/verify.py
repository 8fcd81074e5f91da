"""The page that asks for the second factor: after signing in, and before what needs it anew."""

import reflex as rx

from assistant.components.verify import verify_card


def verify() -> rx.Component:
    """The card with the field for the code."""
    return rx.el.main(verify_card(), class_name="sign-in")


PAGES = ({"component": verify, "route": "/verify", "title": "Your code · Assistant"},)
