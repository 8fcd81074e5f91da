"""What becomes of a plan whose owner deletes the account: nothing is renewed, then it is ended.

An account can be kept for two weeks. In these nothing more is taken, and who stays has the plan as
it was.
"""

import json
from typing import Any
from uuid import UUID

import structlog

from assistant.database import user_connection
from assistant.errors import BillingAway, BillingOff, Busy, NotFound, Refused
from assistant.services import plan_changes, plan_hold, plan_moves
from assistant.services.checkout import lives
from assistant.services.entitlement import CHECK_SOON, catch_up, plan_of
from assistant.services.stripe_client import asking
from assistant.services.tiers import is_sold

# Of the plan's facts: it was ended because the account will be erased, and what it was to become.
LEAVING, NEXT = "leaving", "next"

_NOTE = f"""
    update subscriptions set metadata = (metadata - '{LEAVING}' - '{NEXT}') || $1::jsonb
"""  # noqa: S608  (names of our own)
_SOON = f"update subscriptions set check_at = least(check_at, now() + {CHECK_SOON})"  # noqa: S608
_LEAVES = "select erase_at is not null from profiles"

log = structlog.get_logger()


async def pause(user_id: UUID) -> None:
    """Let the plan end with its period. What cannot be done now is logged, and done soon by
    `pause_if_leaving`: the account is deleted all the same.
    """
    plan = await plan_of(user_id)
    if not is_sold() or not lives(plan) or plan.lasts_until is not None:
        return
    try:
        async with plan_hold.held(user_id, plan_changes.UNDER_WAY):
            if LEAVING not in plan.details:  # first: an end of which no answer came is one, too
                await _note(user_id, {LEAVING: True, NEXT: [plan.next_tier, plan.next_seats]})
            await plan_moves.end(plan.stripe_subscription or "", at_once=False)
            await catch_up(user_id)
    except (BillingAway, Busy, NotFound):
        log.exception("plan_not_paused", user=str(user_id))
        async with user_connection(user_id) as connection:
            await connection.execute(_SOON)


async def pause_if_leaving(user_id: UUID) -> None:
    """Pause the plan of who has asked for the end of their account, where that was not done yet."""
    async with user_connection(user_id) as connection:
        leaves = await connection.fetchval(_LEAVES)
    if leaves:
        await pause(user_id)


async def go_on(user_id: UUID) -> None:
    """Who keeps the account keeps the plan, unless they had canceled it themselves.

    Raises BillingAway; then it can be taken back on the page of billing.
    """
    plan = await plan_of(user_id)
    if not is_sold() or LEAVING not in plan.details:
        return
    await _note(user_id, {})
    if lives(plan):
        await plan_moves.take_back(plan.stripe_subscription or "")
        await catch_up(user_id)
        tier, seats = plan.details.get(NEXT, ("", 0))
        if tier:
            await _agree_again(user_id, tier, seats)


async def _agree_again(user_id: UUID, tier: str, seats: int) -> None:
    """Let the smaller plan come, as it was agreed. What cannot be agreed any more is logged."""
    try:
        shown = await plan_changes.preview(user_id, tier, seats)
        if not shown.at_once:
            await plan_changes.change(user_id, tier, seats, shown)
    except Refused:
        log.exception("change_not_agreed_again", user=str(user_id))


async def _note(user_id: UUID, facts: dict[str, Any]) -> None:
    async with user_connection(user_id) as connection:
        await connection.execute(_NOTE, json.dumps(facts))


async def forget(user_id: UUID) -> None:
    """Let Stripe forget its customer, which ends what they pay for at once.

    Raises BillingAway. Where nothing is sold any more it cannot be done, and is logged.
    """
    customer = (await plan_of(user_id)).stripe_customer
    if customer is None:
        return
    try:
        async with asking(missing="customer") as stripe:
            await stripe.customers.delete_async(customer)
    except NotFound:  # it was done before, and the account was not erased then
        log.info("customer_forgotten_before", customer=customer)
    except BillingOff:
        log.error("customer_left", customer=customer)  # noqa: TRY400  (there is nothing to trace)
