"""Changes of a plan: what one would cost is said first, and then it is done.

What costs more comes at once, and is paid for the rest of the period; what costs less comes when
the time that is paid is over, by a schedule at Stripe. While a trial runs nothing is paid, and
either comes at once.
"""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from assistant.errors import Refused
from assistant.models import Subscription
from assistant.services import plan_moves
from assistant.services.change_words import Change, told
from assistant.services.checkout import lives
from assistant.services.entitlement import catch_up
from assistant.services.one_each import OneEach
from assistant.services.plan_moves import Move
from assistant.services.seats import require_room
from assistant.services.stripe_client import asking
from assistant.services.stripe_prices import BY_ARRANGEMENT, cents_of, price_of, sold
from assistant.services.tiers import FREE, TIERS, Tier

NO_PLAN = "You have no plan to change. Choose one first; nothing was changed."
UNPAID = "An invoice of yours is still to be paid: pay it under “Manage payment” first."
THE_SAME = "This is the plan that you have. Nothing was changed."
NOTHING_TO_TAKE_BACK = "Your plan goes on as it is: there is nothing to take back."


AGREED = "A change to {} is agreed already: take it back first. Nothing was changed."
UNDER_WAY = "Your plan is being changed already. Wait a moment; then look again."

ONE_EACH = OneEach(UNDER_WAY)


async def preview(user_id: UUID, tier_id: str, seats: int = 1) -> Change:
    """What a change to this plan would do; nothing is changed. The plan "free" is to cancel.

    Raises Refused for who has nothing to change, BillingOff and BillingAway.
    """
    plan = await _live(user_id)
    if tier_id == FREE.id:
        until = datetime.now(UTC) if plan.status == "unpaid" else _period_end(plan)
        return told(plan, FREE, 1, Change("cancel", Decimal(0), Decimal(0), until))
    tier = sold(tier_id, seats)
    move = await _move(plan, tier, seats)
    kind = "seats" if plan.tier == tier.id else "upgrade" if move.is_up else "downgrade"
    due_now = await plan_moves.due_now(move) if move.at_once else Decimal(0)
    at = datetime.now(UTC) if move.at_once else _period_end(plan)
    return told(plan, tier, seats, Change(kind, due_now, await plan_moves.then(move), at))


async def change(user_id: UUID, tier_id: str, seats: int = 1) -> None:
    """Change the plan as `preview` says. A card that is declined changes nothing.

    Raises Refused, Busy, BillingOff and BillingAway.
    """
    if tier_id == FREE.id:
        await cancel(user_id)
        return
    with ONE_EACH.held(user_id):
        plan = await _live(user_id)
        move = await _move(plan, sold(tier_id, seats), seats)
        await (plan_moves.come_now(move) if move.at_once else plan_moves.agree(move))
        await catch_up(user_id)


async def cancel(user_id: UUID) -> None:
    """End the plan when the paid time is over, or now where it is not paid for any more.

    Raises Refused, Busy, BillingOff and BillingAway.
    """
    with ONE_EACH.held(user_id):
        plan = await _live(user_id)
        await plan_moves.end(plan.stripe_subscription or "", at_once=plan.status == "unpaid")
        await catch_up(user_id)


async def resume(user_id: UUID) -> None:
    """Take back a cancellation or an agreed downgrade: the plan goes on as it is.

    Raises Refused, Busy, BillingOff and BillingAway.
    """
    with ONE_EACH.held(user_id):
        plan = await _live(user_id)
        if not plan.lasts_until and not plan.next_tier:
            raise Refused(NOTHING_TO_TAKE_BACK)
        await plan_moves.take_back(plan.stripe_subscription or "")
        await catch_up(user_id)


async def _live(user_id: UUID) -> Subscription:
    """The user's plan, as it is at Stripe now. Raises Refused for who has none."""
    plan = await catch_up(user_id)
    async with asking():  # says so where nothing is sold
        if not lives(plan):
            raise Refused(NO_PLAN)
    return plan


def _period_end(plan: Subscription) -> datetime:
    return plan.lasts_until or plan.period_end or datetime.now(UTC)


async def _move(plan: Subscription, tier: Tier, seats: int) -> Move:
    """What is to be done at Stripe. Raises Refused for what cannot be changed so."""
    if TIERS[plan.tier].price is None:
        raise Refused(f"{BY_ARRANGEMENT.format(TIERS[plan.tier].label)}Nothing was changed.")
    if plan.status in ("past_due", "unpaid"):
        raise Refused(UNPAID)
    if plan.next_tier:
        raise Refused(AGREED.format(TIERS[plan.next_tier].label))
    if (plan.tier, plan.seats) == (tier.id, seats):
        raise Refused(THE_SAME)
    if seats < plan.seats:
        await require_room(plan.user_id, seats)
    price = await price_of(tier)
    async with asking(missing="plan") as stripe:
        held = await stripe.subscriptions.retrieve_async(plan.stripe_subscription or "")
    item = held["items"].data[0]
    before, after = (item.price.unit_amount or 0) * (item.quantity or 1), cents_of(tier) * seats
    at_once = after >= before or held.status == "trialing"
    return Move(held, price, seats, at_once, is_up=after >= before)
