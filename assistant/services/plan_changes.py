"""Changes of a plan: what one would cost is said first, and then it is done.

What costs more comes at once, and is paid for the rest of the period; what costs less comes when
the time that is paid is over, by a schedule at Stripe. A trial is of the plan that it began with:
what costs more ends it and is paid, what costs less comes at once and goes on being tried.
"""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from assistant.errors import Refused
from assistant.models import Subscription
from assistant.services import membership, plan_hold, plan_moves
from assistant.services.change_words import Change, told
from assistant.services.checkout import lives
from assistant.services.entitlement import catch_up
from assistant.services.payment_due import payment_due
from assistant.services.plan_moves import Move
from assistant.services.seats import require_room
from assistant.services.stripe_client import asking
from assistant.services.stripe_prices import BY_ARRANGEMENT, cents_of, price_of, sold
from assistant.services.stripe_standing import PAUSED
from assistant.services.tiers import FREE, TIERS, Tier

NO_PLAN = "You have no plan to change. Choose one first; nothing was changed."
UNPAID = "An invoice of yours is still to be paid: pay it under “Manage payment” first."
STANDS_STILL = (
    "Your plan is paused: whoever runs this server has to let it go on first. Nothing was changed."
)
THE_SAME = "This is the plan that you have. Nothing was changed."
MEANWHILE = "meanwhile"  # why a change is refused that is another one than was shown
CHANGED = (
    "Your plan, or what this costs, has changed meanwhile, so nothing was changed. Look again; "
    "then choose anew."
)
NOTHING_TO_TAKE_BACK = "Your plan goes on as it is: there is nothing to take back."
AGREED = "A change to {} is agreed already: take it back first. Nothing was changed."
UNDER_WAY = "Your plan is being changed already. Wait a moment; then look again."


async def preview(user_id: UUID, tier_id: str, seats: int = 1, *, timezone: str = "UTC") -> Change:
    """What a change to this plan would do; nothing is changed. The plan "free" is to cancel.

    timezone: by whose calendar days are told. Raises Refused for who has nothing to change, or a
    seat that counts (they may cancel), BillingOff and BillingAway.
    """
    plan = await _live(user_id)
    found, _ = await _meant(plan, tier_id, seats)
    return told(plan, TIERS[tier_id], seats, found, timezone)


async def change(user_id: UUID, tier_id: str, seats: int, shown: Change) -> str:
    """Change the plan as `preview` has shown. A card that is declined changes nothing.

    Returns the address at Stripe where the owner has to confirm the payment before it comes, ""
    where nothing is to be confirmed. Raises Refused, also where it would be another change by now
    or cost more (why: MEANWHILE), Busy, BillingOff and BillingAway.
    """
    async with plan_hold.held(user_id, UNDER_WAY):
        plan = await _live(user_id)
        found, move = await _meant(plan, tier_id, seats)
        if not shown.covers(found):
            raise Refused(CHANGED, why=MEANWHILE)
        confirming = await _done(plan, found, move)
        await catch_up(user_id)
    return confirming


async def _done(plan: Subscription, found: Change, move: Move | None) -> str:
    if move is None:
        await plan_moves.end(plan.stripe_subscription or "", at_once=found.at_once)
    elif move.at_once:
        return await plan_moves.come_now(move)
    else:
        await plan_moves.agree(move)
    return ""


async def resume(user_id: UUID) -> None:
    """Take back a cancellation or an agreed downgrade: the plan goes on as it is.

    Raises Refused, Busy, BillingOff and BillingAway.
    """
    async with plan_hold.held(user_id, UNDER_WAY):
        plan = await _live(user_id)
        if not plan.lasts_until and not plan.next_tier:
            raise Refused(NOTHING_TO_TAKE_BACK)
        await membership.require_none(user_id)
        await plan_moves.take_back(plan.stripe_subscription or "")
        await catch_up(user_id)


async def _live(user_id: UUID) -> Subscription:
    """The user's plan, as it is at Stripe now, and unpaid where its time to be paid in is over.

    Raises Refused for who has none.
    """
    plan = await catch_up(user_id)
    async with asking():  # says so where nothing is sold
        if not lives(plan):
            raise Refused(NO_PLAN)
    due = await payment_due(user_id)
    if due is not None and due.until is None:  # Stripe may go on trying for weeks
        plan.status = "unpaid"
    return plan


async def _meant(plan: Subscription, tier_id: str, seats: int) -> tuple[Change, Move | None]:
    """What a change to this plan would do, and what is to be moved for it; None for an end."""
    if tier_id == FREE.id:
        at_once = plan.status == "unpaid"
        until = datetime.now(UTC) if at_once else _period_end(plan)
        return Change("cancel", Decimal(0), Decimal(0), until, at_once=at_once), None
    move = await _move(plan, tier := sold(tier_id, seats), seats)
    kind = "seats" if plan.tier == tier.id else "upgrade" if move.is_up else "downgrade"
    due_now = await plan_moves.due_now(move) if move.at_once else Decimal(0)
    at = datetime.now(UTC) if move.at_once else _period_end(plan)
    then = await plan_moves.then(move)
    return Change(kind, due_now, then, at, (), move.at_once, move.ends_trial), move


def _period_end(plan: Subscription) -> datetime:
    return plan.lasts_until or plan.period_end or datetime.now(UTC)


async def _move(plan: Subscription, tier: Tier, seats: int) -> Move:
    """What is to be done at Stripe. Raises Refused for what cannot be changed so."""
    await membership.require_none(plan.user_id)
    if TIERS[plan.tier].price is None:
        raise Refused(f"{BY_ARRANGEMENT.format(TIERS[plan.tier].label)}Nothing was changed.")
    if plan.trouble == PAUSED:
        raise Refused(STANDS_STILL)
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
