"""What is done at Stripe with a subscription that is there: changed, ended, kept after all."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from assistant.errors import BillingAway, BillingRefused, Refused
from assistant.services import customer_card
from assistant.services.stripe_client import TO_CONFIRM, asking, id_of
from assistant.services.stripe_prices import CENTS

if TYPE_CHECKING:
    from stripe import Subscription as Held
    from stripe.params import (
        SubscriptionScheduleUpdateParamsPhase,
    )

NO_CARD = (
    "There is no card that could pay for this, so nothing was changed. Add one under “Manage "
    "payment”; then try again."
)
KEEP_FIRST = (
    "Your bank asks you to confirm this payment, and your plan is canceled: keep the plan first, "
    "then change it. Nothing was changed."
)


@dataclass(frozen=True, slots=True)
class Move:
    """From what a user has at Stripe to what they want. at_once: whether it comes now."""

    held: "Held"
    price: str
    seats: int
    at_once: bool
    is_up: bool

    @property
    def stays_free(self) -> bool:
        """Whether a trial goes on, so that nothing is due."""
        return self.held.status == "trialing" and not self.is_up

    @property
    def ends_trial(self) -> bool:
        """Whether a trial ends, and what is wanted is paid for from now on."""
        return self.held.status == "trialing" and self.is_up


async def due_now(move: Move) -> Decimal:
    """USD for the rest of the period, after what is given back of the plan so far."""
    if move.stays_free:
        return Decimal(0)
    async with asking() as stripe:
        bill = await stripe.invoices.create_preview_async(
            {"subscription": move.held.id, "subscription_details": _coming_now(move)}
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


def _coming_now(move: Move) -> Any:  # noqa: ANN401  (each call has a type of its own for it)
    """What Stripe is asked to change at once."""
    wanted = {
        "items": [_item(move)],
        "proration_behavior": "none" if move.stays_free else "always_invoice",
    }
    return {**wanted, "trial_end": "now"} if move.ends_trial else wanted


def _item(move: Move) -> Any:  # noqa: ANN401
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
    """Give up what is under way: a schedule whose change has come already, or that was left half
    made, and a change whose payment nobody has confirmed.
    """
    async with asking() as stripe:
        if held.schedule:
            await stripe.subscription_schedules.release_async(id_of(held.schedule))
        if held.pending_update and held.latest_invoice:
            await stripe.invoices.void_invoice_async(id_of(held.latest_invoice))


async def come_now(move: Move) -> str:
    """At once. What is not paid does not come.

    Returns the address where the owner confirms the payment before it comes, "" where their bank
    does not ask for that.
    """
    await _let_go(move.held)
    held = move.held
    order: Any = {
        **_coming_now(move),
        "payment_behavior": "error_if_incomplete",
        **_staying(held),
    }
    try:
        async with asking() as stripe:
            await stripe.subscriptions.update_async(held.id, order)
    except Refused as error:
        if error.why != TO_CONFIRM:
            raise
        return await _once_confirmed(move)
    except BillingRefused as error:
        if held.default_payment_method or await customer_card.is_there(id_of(held.customer)):
            raise
        raise Refused(NO_CARD, why="declined") from error
    return ""


async def _once_confirmed(move: Move) -> str:
    """Let it come when its invoice is paid: on Stripe's page for it the bank can ask the owner."""
    if _staying(move.held):  # which cannot be a part of what waits
        raise Refused(KEEP_FIRST)
    order: Any = {
        **_coming_now(move),
        "payment_behavior": "pending_if_incomplete",
        "expand": ["latest_invoice"],
    }
    async with asking() as stripe:
        held = await stripe.subscriptions.update_async(move.held.id, order)
    if held.pending_update is None:  # it is paid after all
        return ""
    page: str | None = getattr(held.latest_invoice, "hosted_invoice_url", None)
    if page is None:
        raise BillingAway
    return page


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
        phases = [_kept(held, until_then), _kept(held, from_then)]
        await stripe.subscription_schedules.update_async(
            made.id, {"end_behavior": "release", "phases": phases}
        )


def _kept(
    held: "Held", phase: "SubscriptionScheduleUpdateParamsPhase"
) -> "SubscriptionScheduleUpdateParamsPhase":
    """The phase with what the subscription would lose otherwise: discounts, tax, and bills that
    are sent.
    """
    given = [id_of(each) for each in held.discounts]
    if given:
        phase["discounts"] = [{"discount": name} for name in given]
    if held.automatic_tax.enabled:
        phase["automatic_tax"] = {"enabled": True}
    if held.days_until_due is not None:
        phase["collection_method"] = "send_invoice"
        phase["invoice_settings"] = {"days_until_due": held.days_until_due}
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


async def take_back(subscription: str) -> None:
    """Let a subscription go on as it is: not canceled, and without a change that was agreed.

    Raises NotFound, BillingOff and BillingAway.
    """
    async with asking(missing="plan") as stripe:
        held = await stripe.subscriptions.retrieve_async(subscription)
        await _let_go(held)
        if staying := _staying(held):
            await stripe.subscriptions.update_async(held.id, staying)
