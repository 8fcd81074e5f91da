"""The one page of an account that will be erased, until it is kept."""

import reflex as rx

from assistant.components.leaving import leaving_card


def leaving() -> rx.Component:
    """The card that says when, and how to keep the account."""
    return rx.el.main(leaving_card(), class_name="sign-in")


PAGES = ({"component": leaving, "route": "/leaving", "title": "Your account · Assistant"},)
