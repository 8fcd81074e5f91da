"""The card of somebody who follows an invitation to a seat."""

import reflex as rx

from assistant.components.scripts import script


class SeatOffer(rx.Component):
    """Wraps seat_offer.jsx: plain requests, so that no state of the server holds the token."""

    library = script("seat_offer.jsx")
    tag = "SeatOffer"


seat_offer_card = SeatOffer.create
