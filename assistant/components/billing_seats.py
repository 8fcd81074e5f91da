"""The seats of the plan: who sits there, or where the user sits."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import section
from assistant.components.scripts import script
from assistant.state.billing import BillingState


class Seats(rx.Component):
    """Wraps seats.jsx. on_change: what the plan says may be another now."""

    library = script("seats.jsx")
    tag = "Seats"

    seats: rx.Var[Any]
    on_change: rx.EventHandler[rx.event.no_args_event_spec]


def seats_section() -> rx.Component:
    """The section, for who pays or has paid for several, and for who has a seat."""
    return rx.cond(
        BillingState.gives | BillingState.seated,
        section(
            rx.cond(BillingState.gives, "Seats", "Your seat"),
            "",
            Seats.create(seats=BillingState.seats, on_change=BillingState.watch),
        ),
    )
