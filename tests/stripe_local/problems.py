"""Refusals, in the shape that Stripe gives them."""

from typing import Any


class Problem(Exception):
    """A refusal: its status, and what the SDK makes an error of."""

    def __init__(self, status: int, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": "invalid_request_error", "message": message, **fields}


def invalid(message: str, param: str | None = None, code: str | None = None) -> Problem:
    """A request that does not make sense (400)."""
    fields = {"param": param, "code": code}
    return Problem(400, message, **{name: value for name, value in fields.items() if value})


def missing(kind: str, name: str, param: str = "id", status: int = 404) -> Problem:
    """Something that does not exist; 400 where only a parameter names it."""
    words = kind.rpartition(".")[2]
    return Problem(status, f"No such {words}: '{name}'", param=param, code="resource_missing")


def lacking(what: str) -> Problem:
    """What the real Stripe knows and this one does not: it says so, and guesses nothing."""
    return Problem(400, f"The local Stripe does not know {what} yet.", code="local_stripe_lacks")


def declined(reason: str, charge: str | None = None, intent: Any = None) -> Problem:
    """A card that does not pay (402)."""
    return Problem(
        402,
        WORDS.get(reason, WORDS["generic_decline"]),
        type="card_error",
        code="card_declined",
        decline_code=reason,
        **({"charge": charge} if charge else {}),
        **({"payment_intent": intent} if intent else {}),
    )


def to_confirm(what: str) -> Problem:
    """A payment that its payer has to confirm first (402). what: "subscription" or "invoice"."""
    return Problem(
        402,
        "This payment requires additional user action before it can be completed successfully.",
        type="card_error",
        code=f"{what}_payment_intent_requires_action",
    )


WORDS = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
}
