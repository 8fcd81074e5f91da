"""What is done at Stripe with a subscription that is there: changed, ended, kept after all."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from assistant.services.stripe_client import asking
from assistant.services.stripe_prices import CENTS

if TYPE_CHECKING:
    from stripe import Subscription as Held
    from stripe import SubscriptionSchedule
    from stripe.params import (
        SubscriptionScheduleUpdateParamsPhase,
    )


@dataclass(frozen=True, slots=True)
class Move:
    """From what a user has at Stripe to what they want. at_once: whether it comes now."""

    held: "Held"
    price: str
    seats: int
    at_once: bool
    is_up: bool


async def due_now(move: Move) -> Decimal:
    """USD for the rest of the period, after what is given back of the plan so far."""
    async with asking() as stripe:
        if move.held.status == "trialing":
            return Decimal(0)
        bill = await stripe.invoices.create_preview_async(
            {
                "subscription": move.held.id,
                "subscription_details": {
                    "items": [_item(move)],
                    "proration_behavior": "always_invoice",
                },
            }
        )
    return Decimal(bill.amount_due) / CENTS


async def then(move: Move) -> Decimal:
    """USD a month from the next period on, with discounts and tax."""
    details: Any = {"items": [_item(move)], "proration_behavior": "none", **_staying(move.held)}
    async with asking() as stripe:
        bill = await stripe.invoices.create_preview_async(
            {"subscription": move.held.id, "subscription_details": details}
        )
    return Decimal(bill.total) / CENTS


def _item(move: Move) -> Any:  # noqa: ANN401  (each call has a type of its own for it)
    return {
        "id": move.held["items"].data[0].id,
        "price": move.price,
        "quantity": move.seats,
    }


def _staying(held: "Held") -> Any:  # noqa: ANN401
    """What takes back an end, however it was set: by us, or by a day in Stripe's portal."""
    if held.cancel_at_period_end:
        return {"cancel_at_period_end": False}
    return {"cancel_at": ""} if held.cancel_at else {}


async def _let_go(held: "Held") -> None:
    """Release a schedule whose change has come already, or that was left half made."""
    if held.schedule:
        async with asking() as stripe:
            await stripe.subscription_schedules.release_async(_id(held.schedule))


async def come_now(move: Move) -> None:
    """At once. What is not paid does not come."""
    await _let_go(move.held)
    trial = move.held.status == "trialing"
    wanted: Any = {
        "items": [_item(move)],
        "proration_behavior": "none" if trial else "always_invoice",
        "payment_behavior": "error_if_incomplete",
        **_staying(move.held),
    }
    async with asking() as stripe:
        await stripe.subscriptions.update_async(move.held.id, wanted)


async def agree(move: Move) -> None:
    """When the time that is paid is over; until then everything stays."""
    held, item = move.held, move.held["items"].data[0]
    await _let_go(held)
    async with asking() as stripe:
        if staying := _staying(held):
            await stripe.subscriptions.update_async(held.id, staying)
        made = await stripe.subscription_schedules.create_async({"from_subscription": held.id})
        until_then: SubscriptionScheduleUpdateParamsPhase = {
            "items": [{"price": item.price.id, "quantity": item.quantity or 1}],
            "start_date": made.phases[0].start_date,
            "end_date": item.current_period_end,
        }
        from_then: SubscriptionScheduleUpdateParamsPhase = {
            "items": [{"price": move.price, "quantity": move.seats}],
            "duration": {"interval": "month", "interval_count": 1},
            "proration_behavior": "none",
        }
        phases = [_discounted(held, until_then), _discounted(held, from_then)]
        await stripe.subscription_schedules.update_async(
            made.id, {"end_behavior": "release", "phases": phases}
        )


def _discounted(
    held: "Held", phase: "SubscriptionScheduleUpdateParamsPhase"
) -> "SubscriptionScheduleUpdateParamsPhase":
    """The phase with the discounts of the subscription, which it would lose otherwise."""
    given = [each if isinstance(each, str) else each.id for each in held.discounts]
    if given:
        phase["discounts"] = [{"discount": name} for name in given]
    return phase


async def end(subscription: str, *, at_once: bool) -> None:
    """End a subscription at Stripe, now or with its period; one that is over stays so.

    Raises NotFound, BillingOff and BillingAway.
    """
    async with asking(missing="plan") as stripe:
        held = await stripe.subscriptions.retrieve_async(subscription)
        if held.status in ("canceled", "incomplete_expired"):
            return
        await _let_go(held)
        if at_once:
            await stripe.subscriptions.cancel_async(subscription)
        else:
            await stripe.subscriptions.update_async(subscription, {"cancel_at_period_end": True})


def _id(named: "str | SubscriptionSchedule") -> str:
    return named if isinstance(named, str) else named.id


async def take_back(subscription: str) -> None:
    """Let a subscription go on as it is: not canceled, and without a change that was agreed.

    Raises NotFound, BillingOff and BillingAway.
    """
    async with asking(missing="plan") as stripe:
        held = await stripe.subscriptions.retrieve_async(subscription)
        await _let_go(held)
        if staying := _staying(held):
            await stripe.subscriptions.update_async(held.id, staying)
