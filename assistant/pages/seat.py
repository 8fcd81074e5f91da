"""The page to which the link of an invitation leads."""

import reflex as rx

from assistant.components.seat_offer import seat_offer_card


def seat() -> rx.Component:
    """The card that says what is offered, and takes it."""
    return rx.el.main(seat_offer_card(), class_name="sign-in")


PAGES = ({"component": seat, "route": "/seat", "title": "A seat for you · Assistant"},)
