"""How a user stands at Stripe, read there whole: what counts is this, and never what a notice says.

Only subscriptions of our own customer that name the user count. Of several the one counts that
gives most; the others of those that cost are too many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from assistant.errors import BillingRefused, NotFound
from assistant.services.stripe_client import asking, id_of
from assistant.services.stripe_customers import whereabouts
from assistant.services.stripe_prices import tier_at, tier_in
from assistant.services.tiers import FREE, TIERS

if TYPE_CHECKING:
    from stripe import Charge, Invoice, Subscription
    from stripe._v1_services import V1Services

GRACE = timedelta(days=14)  # from the first invoice that was not paid
CHARGES = 10  # of the newest payments, those that may have been disputed or given back
SETTLED = frozenset({"won", "warning_closed", "prevented"})  # disputes that changed nothing
PAUSED = "paused"
SLACK_SECONDS = 3600  # a period begins about when it is paid
STATUS = {
    "trialing": "trialing",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "unpaid",
    PAUSED: "unpaid",  # by the operator's hand, say: nothing is taken, and nothing is had
    "canceled": "canceled",
}  # others never began
ORDER = {"active": 0, "trialing": 0, "past_due": 1, "unpaid": 2, "canceled": 3}
PLANS = tuple(reversed(TIERS))


@dataclass(frozen=True, slots=True)
class Standing:
    """The columns of `Subscription` that follow from Stripe, and one of its details.

    seat_cents: what a seat costs in a month there, None where that is no number of USD.
    """

    stripe_subscription: str | None = None
    tier: str = FREE.id
    status: str = "active"
    seats: int = 1
    period_start: datetime | None = None
    period_end: datetime | None = None
    lasts_until: datetime | None = None
    next_tier: str = ""
    next_seats: int = 0
    trial_ends_at: datetime | None = None
    trialed_at: datetime | None = None
    grace_until: datetime | None = None
    began_at: datetime | None = None
    paid_from: datetime | None = None
    trouble: str = ""
    seat_cents: int | None = None


NOTHING = Standing()


class Reading(NamedTuple):
    """What was read. too_many: the ids of subscriptions that are too many. own_card: the card that
    the subscription keeps for itself, "" for none.
    """

    standing: Standing = NOTHING
    too_many: Sequence[str] = ()
    own_card: str = ""


def moment_of(seconds: int | None) -> datetime | None:
    """A time of Stripe's."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


async def read(user_id: UUID, customer: str) -> Reading:
    """How the user stands now. Raises BillingOff and BillingAway."""
    listed = await _subscriptions(customer)
    async with asking() as stripe:
        ours = [each for each in listed if _is_of(each, user_id) and each.status in STATUS]
        ours.sort(key=_rank)
        if not ours:
            return Reading()
        found = await _standing(stripe, ours)
    too_many = [each.id for each in ours[1:] if not ORDER[STATUS[each.status]]]
    return Reading(found, too_many, _own_card(ours[0]))


async def _subscriptions(customer: str) -> list["Subscription"]:
    """All that the customer has or has had. One that was erased at Stripe has none any more; one
    that Stripe has never known is refused, for then the key may be another account's.
    """
    try:
        async with asking(missing="customer") as stripe:
            listed = await stripe.subscriptions.list_async(
                {
                    "customer": customer,
                    "status": "all",
                    "limit": 100,
                    "expand": ["data.schedule"],
                }
            )
    except NotFound as error:
        if await whereabouts(customer) == "erased":
            return []
        raise BillingRefused from error
    return listed.data


def _own_card(subscription: "Subscription") -> str:
    card = subscription.default_payment_method
    if card is None or subscription.status == "canceled":
        return ""
    return id_of(card)


def _is_of(subscription: "Subscription", user_id: UUID) -> bool:
    return getattr(subscription.metadata, "user_id", "") == str(user_id)


def _rank(subscription: "Subscription") -> tuple[int, int, int]:
    """What gives most comes first; of equal ones the oldest, of those that are over the newest."""
    place, began = ORDER[STATUS[subscription.status]], subscription.created
    if STATUS[subscription.status] == "canceled":
        return place, 0, -began
    return place, PLANS.index(_tier(subscription)), began


def _tier(subscription: "Subscription") -> str:
    """The plan that it is for; one that we do not know gives nothing."""
    price = subscription["items"].data[0].price
    return tier_in(price, getattr(subscription.metadata, "tier", "")) or FREE.id


async def _standing(stripe: "V1Services", ours: list["Subscription"]) -> Standing:
    subscription = ours[0]
    status = STATUS[subscription.status]
    is_over = status == "canceled"
    item = subscription["items"].data[0]
    next_tier, next_seats = ("", 0) if is_over else await _agreed(subscription)
    trials = [each.trial_start for each in ours if each.trial_start is not None]
    return Standing(
        stripe_subscription=subscription.id,
        tier=_tier(subscription),
        status=status,
        seats=max(1, item.quantity or 1),
        period_start=None if is_over else moment_of(item.current_period_start),
        period_end=None if is_over else moment_of(item.current_period_end),
        lasts_until=_lasts_until(subscription, item.current_period_end),
        next_tier=next_tier,
        next_seats=next_seats,
        trial_ends_at=moment_of(subscription.trial_end) if status == "trialing" else None,
        trialed_at=moment_of(min(trials)) if trials else None,
        grace_until=await _grace(stripe, subscription) if status == "past_due" else None,
        began_at=moment_of(subscription.start_date),
        paid_from=moment_of(subscription.trial_end or subscription.start_date),
        trouble=await _trouble(stripe, subscription),
        seat_cents=item.price.unit_amount if item.price.currency == "usd" else None,
    )


def _lasts_until(subscription: "Subscription", period_end: int) -> datetime | None:
    if subscription.status == "canceled":
        return None  # its status says enough
    if subscription.cancel_at is not None:
        return moment_of(subscription.cancel_at)
    return moment_of(period_end) if subscription.cancel_at_period_end else None


async def _agreed(subscription: "Subscription") -> tuple[str, int]:
    """The plan and its seats that a schedule brings when the time that is paid is over."""
    schedule = subscription.schedule
    if schedule is None or isinstance(schedule, str) or schedule.current_phase is None:
        return "", 0
    begins = schedule.current_phase.end_date
    for phase in schedule.phases:
        if phase.start_date == begins:
            item = phase["items"][0]
            price = id_of(item.price)
            return await tier_at(price), item.quantity or 1
    return "", 0


async def _grace(stripe: "V1Services", subscription: "Subscription") -> datetime | None:
    """The plan is kept from the first invoice that was not paid until then."""
    open_ones = await stripe.invoices.list_async(
        {"subscription": subscription.id, "status": "open", "limit": 100}
    )
    first = min((_due_at(each) for each in open_ones.data), default=subscription.created)
    since = moment_of(first)
    return since and since + GRACE


def _due_at(invoice: "Invoice") -> int:
    return invoice.due_date or invoice.status_transitions.finalized_at or invoice.created


async def _trouble(stripe: "V1Services", subscription: "Subscription") -> str:
    """A word for what is wrong with a payment, the worst first."""
    customer = subscription.customer
    of_ours = id_of(customer)
    charges = (await stripe.charges.list_async({"customer": of_ours, "limit": CHARGES})).data
    since = subscription["items"].data[0].current_period_start - SLACK_SECONDS
    for charge in charges:
        if charge.disputed and await _is_in_dispute(stripe, charge, since):
            return "dispute"
    if subscription.status == PAUSED:
        return PAUSED
    if STATUS[subscription.status] in ("past_due", "unpaid"):
        return "due" if subscription.collection_method == "send_invoice" else "declined"
    given_back = any(each.amount_refunded and each.created >= since for each in charges)
    return "refund" if given_back else ""


async def _is_in_dispute(stripe: "V1Services", charge: "Charge", since: int) -> bool:
    """Whether a bank asks for a payment back, or has taken it back in the period that runs."""
    disputes = await stripe.disputes.list_async({"charge": charge.id, "limit": CHARGES})
    return any(
        each.status not in SETTLED and (each.status != "lost" or charge.created >= since)
        for each in disputes.data
    )
