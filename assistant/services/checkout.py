"""The way to pay: Stripe's page of payment and back, and its portal.

A user has one customer at Stripe, one open page of payment, and one subscription, however many
tabs they have: what is made there is made under a key that follows from what is meant, and another
page that is still open is closed first.
"""

import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import col, update

from assistant.config import settings
from assistant.database import user_session
from assistant.errors import BillingAway, Busy, NotFound, Refused
from assistant.models import Subscription
from assistant.services import membership
from assistant.services.addresses import BILLING, own_path
from assistant.services.entitlement import CHECK_SOON, OVER, catch_up, plan_of
from assistant.services.seats import require_room
from assistant.services.stripe_client import asking, once
from assistant.services.stripe_customers import whereabouts
from assistant.services.stripe_prices import price_of, sold
from assistant.services.tiers import TIERS, Tier

if TYPE_CHECKING:
    from stripe.checkout import Session
    from stripe.params.checkout import SessionCreateParams

HAS_ONE = "You have the {} plan already: change that one instead. Nothing was paid."
NEVER_PAID = "You have never paid here, so there is nothing to manage. Choose a plan first."
TWO_TABS = "Another page of yours is choosing a plan right now. Close it; then try again."
SESSION = re.compile(r"cs_[A-Za-z0-9_]{1,200}")
TRIES = 4


async def checkout(user_id: UUID, tier_id: str, seats: int = 1, *, back: str = "") -> str:
    """The address of Stripe's page on which the user pays for a plan.

    It leads back to /billing?session_id=..., and with `back`, a path of ours, also &back=...
    Asked twice for the same, it is the same page. Raises Refused for who has a plan already (it
    is changed instead) or a seat that counts, for fewer seats than are given away still, and for a
    plan that cannot be bought, BillingOff and BillingAway.
    """
    await membership.require_none(user_id)
    price = await price_of(tier := sold(tier_id, seats))
    await become_customer(user_id)
    meant = {"user_id": str(user_id), "tier": tier.id, "seats": str(seats), "back": own_path(back)}
    for _ in range(TRIES):
        plan = await catch_up(user_id)
        if lives(plan):
            raise Refused(HAS_ONE.format(TIERS[plan.tier].label))
        await require_room(user_id, seats)
        page = await _open_page(plan, meant) or await _made(plan, tier, price, meant)
        if page is not None and page.url:
            return page.url
    raise Busy(TWO_TABS, minutes=1)


def lives(plan: Subscription) -> bool:
    """Whether the user has a subscription that may still cost something."""
    return plan.stripe_subscription is not None and plan.status != "canceled"


async def become_customer(user_id: UUID) -> None:
    """Let the user have their customer at Stripe, which knows no name and no address of theirs.

    One that is not there any more, or is another account's, is followed by a new one: but never
    while it may be paying for a plan.
    """
    plan = await plan_of(user_id)
    before = plan.stripe_customer
    if before is not None and (lives(plan) or await whereabouts(before) == "here"):
        return
    async with asking() as stripe:
        made = await stripe.customers.create_async(
            {"metadata": {"user_id": str(user_id)}}, once("customer", user_id, before)
        )
    as_it_was = col(Subscription.stripe_customer).is_not_distinct_from(before)
    async with user_session(user_id) as session:
        await session.execute(
            update(Subscription).where(as_it_was).values(stripe_customer=made.id, checkout="")
        )


async def _open_page(plan: Subscription, meant: dict[str, str]) -> "Session | None":
    """The page of payment that is open for the same; one for something else is closed."""
    if not _may_be_open(plan):
        return None
    async with asking() as stripe:
        page = await stripe.checkout.sessions.retrieve_async(plan.checkout)
        if page.status == "open" and (page.metadata and page.metadata.to_dict()) == meant:
            return page
    if page.status == "open":
        await _close(page)
    return None


def _may_be_open(plan: Subscription) -> bool:
    return bool(plan.checkout) and not plan.checkout.endswith(OVER)


async def _close(page: "Session") -> None:
    """Nobody can pay there any more. Who is paying right now is quicker: that is seen next."""
    with suppress(BillingAway):
        async with asking() as stripe:
            await stripe.checkout.sessions.expire_async(page.id)


def _order(
    plan: Subscription, tier: Tier, price: str, meant: dict[str, str]
) -> "SessionCreateParams":
    """What Stripe is to sell, and where its page leads back to."""
    back = "" if meant["back"] == "/" else quote(meant["back"], safe="")
    here = f"{settings().url}{BILLING}"
    order: SessionCreateParams = {
        "mode": "subscription",
        "customer": plan.stripe_customer or "",
        "client_reference_id": meant["user_id"],
        "line_items": [{"price": price, "quantity": int(meant["seats"])}],
        "metadata": meant,
        "subscription_data": {"metadata": {"user_id": meant["user_id"], "tier": tier.id}},
        "allow_promotion_codes": True,
        "success_url": f"{here}?session_id={{CHECKOUT_SESSION_ID}}{back and f'&back={back}'}",
        "cancel_url": f"{here}{back and f'?back={back}'}",
    }
    if tier.trial_days and plan.trialed_at is None:
        order["subscription_data"]["trial_period_days"] = tier.trial_days
    if settings().stripe_tax:
        order["automatic_tax"] = {"enabled": True}
        order["customer_update"] = {"address": "auto", "name": "auto"}
    return order


async def _made(
    plan: Subscription, tier: Tier, price: str, meant: dict[str, str]
) -> "Session | None":
    """A new page, if no other tab has opened another one since the plan was read."""
    order = _order(plan, tier, price, meant)
    async with asking() as stripe:
        page = await stripe.checkout.sessions.create_async(order, once(plan.checkout, order))
    as_it_was = col(Subscription.checkout).in_([plan.checkout, page.id])
    soon: ColumnElement[datetime] = literal_column(f"now() + {CHECK_SOON}")
    async with user_session(plan.user_id) as session:
        kept = await session.execute(
            update(Subscription)
            .where(as_it_was)
            .values(checkout=page.id, check_at=soon)
            .returning(col(Subscription.id))
        )
    if kept.first() is None:
        await _close(page)
        return None
    return page


async def close_if_over(plan: Subscription) -> None:
    """Put down that nobody can pay on the page any more: until then it is asked often who has.

    Raises BillingOff and BillingAway.
    """
    if lives(plan) or not _may_be_open(plan):
        return
    async with asking() as stripe:
        page = await stripe.checkout.sessions.retrieve_async(plan.checkout)
    if page.status != "open":
        await _put_away(plan.user_id, plan.checkout)


async def _put_away(user_id: UUID, page: str) -> bool:
    """Whether this page of payment was open until now."""
    async with user_session(user_id) as session:
        kept = await session.execute(
            update(Subscription)
            .where(col(Subscription.checkout) == page)
            .values(checkout=f"{page}{OVER}")
            .returning(col(Subscription.id))
        )
    return kept.first() is not None


async def portal(user_id: UUID) -> str:
    """The address of Stripe's portal: cards, addresses, invoices. It leads back to /billing.

    Raises Refused for who has never paid, BillingOff and BillingAway.
    """
    customer = (await plan_of(user_id)).stripe_customer
    try:
        async with asking(missing="customer") as stripe:
            if customer is None:
                raise Refused(NEVER_PAID)
            opened = await stripe.billing_portal.sessions.create_async(
                {"customer": customer, "return_url": f"{settings().url}{BILLING}"}
            )
    except NotFound as error:
        raise Refused(NEVER_PAID) from error
    return opened.url


async def fulfil(user_id: UUID, session_id: str) -> bool:
    """Take over what the user has just paid for, if Stripe's notice has not come yet.

    session_id: as the browser brings it back; that of somebody else changes nothing. True when the
    payment is there, False while it is still to come. Raises NotFound, BillingOff and BillingAway.
    """
    async with asking(missing="payment") as stripe:
        if not SESSION.fullmatch(session_id):
            raise NotFound("payment")
        page = await stripe.checkout.sessions.retrieve_async(session_id)
    if page.client_reference_id != str(user_id):
        raise NotFound("payment")
    if page.status != "complete":
        return False
    await catch_up(user_id)
    return True


async def is_news(user_id: UUID, session_id: str) -> bool:
    """Whether what was paid on this page has just begun: true once, and only of the newest page."""
    return lives(await plan_of(user_id)) and await _put_away(user_id, session_id)
