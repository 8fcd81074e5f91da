"""What an operator sees of everybody: sums, ids and kinds; never a word that anybody has written.

All of it comes through one door of the database (`models/oversight.py`), which is shut to everybody
else and writes down each look.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from asyncpg import Connection, Record

from assistant.agent.catalog import DEFAULTS, MODELS, SMALL, VENDORS
from assistant.config import settings
from assistant.database import driver_of, user_session
from assistant.errors import NotFound
from assistant.services.model_choice import failures_of, name_of, reachable
from assistant.services.tiers import FREE, TIERS, Tier, in_force, is_sold

MOST = 20  # of those that cost most, and of what came last
PAYS = "active"  # who tries a plan, or is past due, has not paid

log = structlog.get_logger()

_TIMES = """
    select month, now() - interval '30 days' as lately, now() - interval '24 hours' as day,
           extract(epoch from next - month) as seconds
    from (
        select date_trunc('month', now(), 'UTC') as month,
               date_trunc('month', now() at time zone 'UTC' + interval '1 month')
                   at time zone 'UTC' as next
    ) as months
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What a plan, a user or all of them bring in and cost since the month began, in USD.

    name: the plan's label, or the user's mark. users: how many. month: what their plans bring in
    in a whole month, by their prices; what is by arrangement is not known here. revenue: of that,
    what falls to the part of the month that has passed since it was first paid. Who has a seat
    belongs to the plan of whoever pays for it, and brings in what the seat costs.
    """

    name: str
    plan: str
    users: int
    seats: int
    revenue: Decimal
    cost: Decimal
    requests: int
    month: Decimal = Decimal(0)

    @property
    def margin(self) -> Decimal | None:
        """The share of the revenue that the models leave; None without revenue."""
        return (self.revenue - self.cost) / self.revenue if self.revenue else None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that costs: its mark, its user's, and what it cost in USD."""

    name: str
    user: str
    cost: Decimal
    requests: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a model answers. answers, failed, broken_off: in 24 hours, of all workers.

    failures: in a row, and is_resting: it is left alone; both as this worker knows.
    """

    model: str
    vendor: str
    answers: int
    failed: int
    broken_off: int
    failures: int = 0
    is_resting: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of Stripe's that could not be followed. reason: the kind of error."""

    id: str
    type: str
    at: datetime
    reason: str
    tries: int


@dataclass(frozen=True, slots=True)
class Report:
    """How things stand. users: all; active: in 30 days; fresh: since the month began.

    is_sold: whether plans cost anything here. total: of all plans. looks: who opened this page.
    worker: the process that knows how models answer; workers: how many there are.
    """

    is_sold: bool
    users: int
    active: int
    fresh: int
    total: Account
    plans: list[Account]
    spenders: list[Account]
    talks: list[Talk]
    models: list[Health]
    notices: list[Notice]
    looks: list[tuple[str, datetime]]
    worker: int
    workers: int


async def report(user_id: UUID) -> Report:
    """How things stand, for an operator; the look is noted. Raises NotFound to everybody else."""
    async with user_session(user_id) as session:
        connection = await driver_of(session)
        if not await connection.fetchval("select operator_opens()"):
            raise NotFound("page")
        found = await _read(connection)
    log.info("operator_looked", user=str(user_id))
    return found


async def _read(connection: Connection) -> Report:
    (times,) = await connection.fetch(_TIMES)
    (people,) = await _told(connection, "people($1, $2)", times["month"], times["lately"])
    whole = times["seconds"]
    plans = _by_plan(await _told(connection, "plans($1)", times["month"]), whole)
    spenders = await _told(connection, "users($1, $2)", times["month"], MOST)
    talks = await _told(connection, "conversations($1, $2)", times["month"], MOST)
    answers = await _told(connection, "answers($1)", times["day"])
    notices = await _told(connection, "notices($1)", MOST)
    looks = await _told(connection, "looks($1)", MOST)
    return Report(
        is_sold=is_sold(),
        users=people["users"],
        active=people["active"],
        fresh=people["fresh"],
        total=_sum("All", plans),
        plans=plans,
        spenders=[_account(mark(each["user_id"]), 1, each, whole) for each in spenders],
        talks=[_talk(each) for each in talks],
        models=_health(answers),
        notices=[Notice(*each) for each in notices],
        looks=[(mark(each["user_id"]), each["at"]) for each in looks],
        worker=os.getpid(),
        workers=settings().workers,
    )


async def _told(connection: Connection, call: str, *values: Any) -> list[Record]:  # noqa: ANN401
    return await connection.fetch(f"select * from operator_{call}", *values)  # noqa: S608


def mark(row_id: UUID) -> str:
    """The beginning of an id: enough to find it again, and nobody's name."""
    return f"{row_id.hex[:8]}…"


def monthly(tier: Tier, seats: int) -> Decimal:
    """USD that a subscription brings in a month; 0 where the price is by arrangement."""
    return (tier.price or Decimal(0)) * seats


def _by_plan(rows: list[Record], whole: Decimal) -> list[Account]:
    """One account for each plan that somebody has, in the order of the plans."""
    standing = [_account("", each["users"], each, whole) for each in rows]
    by_label = {
        tier.label: [each for each in standing if each.plan == tier.label]
        for tier in TIERS.values()
    }
    return [_sum(label, those) for label, those in by_label.items() if those]


def _account(name: str, users: int, row: Record | Mapping[str, Any], whole: Decimal) -> Account:
    """Whoever pays, pays for what they have; where nothing is sold nobody does.

    whole: the seconds of this month. Of a plan that was given by hand it is not known since when,
    so it counts from the first of them.
    """
    tier = in_force(row["tier"], row["status"])
    pays = row["status"] == PAYS and tier is not FREE and is_sold()
    seats, paid = (int(row["seats"]), row["paid"]) if pays else (0, Decimal(0))
    return Account(
        name,
        tier.label,
        users,
        seats,
        monthly(tier, 1) * paid / whole,
        row["cost"],
        row["requests"],
        monthly(tier, seats),
    )


def _sum(name: str, accounts: Iterable[Account]) -> Account:
    all_of = list(accounts)
    return Account(
        name,
        name,
        sum(each.users for each in all_of),
        sum(each.seats for each in all_of),
        sum((each.revenue for each in all_of), Decimal(0)),
        sum((each.cost for each in all_of), Decimal(0)),
        sum(each.requests for each in all_of),
        sum((each.month for each in all_of), Decimal(0)),
    )


def _talk(row: Record) -> Talk:
    return Talk(mark(row["id"]), mark(row["user_id"]), row["cost"], row["requests"])


def _health(answers: list[Record]) -> list[Health]:
    """The models that are asked first or have answered, by what is stored and what is known here.

    Messages hold the label of their model.
    """
    counted = {each["model"]: tuple(each)[1:] for each in answers}
    asked = [line[vendor] for line in (DEFAULTS, SMALL) for vendor in reachable()]
    labels = {name_of(each): each for each in asked}
    labels |= {each.label: each.id for each in MODELS.values() if each.label in counted}
    labels |= {label: "" for label in counted if label and label not in labels}
    return [_standing(label, each, counted.get(label, (0, 0, 0))) for label, each in labels.items()]


def _standing(label: str, model: str, counts: tuple[int, int, int]) -> Health:
    if model not in MODELS:
        return Health(label, "", *counts)
    vendor = VENDORS.get(MODELS[model].provider)
    return Health(label, vendor.label if vendor else "", *counts, *failures_of(model))
