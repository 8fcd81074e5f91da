"""The operator's page: how things stand with everybody, as words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor

import reflex as rx

from assistant.errors import NotFound
from assistant.services import oversight
from assistant.services.oversight import Account, Health, Notice, Report, Talk
from assistant.state.base import BaseState
from assistant.state.elsewhere import arrive
from assistant.state.usage import dollars

NOT_SOLD = "nothing is sold here"
UNKNOWN = "–"  # noqa: RUF001  (where a figure would stand)


@dataclass
class Cell:
    """A value, and on a phone what it is."""

    label: str
    said: str


@dataclass
class AdminRow:
    """A row of a table."""

    name: str
    cells: list[Cell]
    warns: bool = False


class AdminState(BaseState):
    """What the page shows. is_missing: for who is no operator there is no such page."""

    ready: bool = False
    is_missing: bool = False
    users_said: str = ""
    users_about: str = ""
    revenue_said: str = ""
    revenue_about: str = ""
    cost_said: str = ""
    cost_about: str = ""
    margin_said: str = ""
    plans: list[AdminRow] = []
    spenders: list[AdminRow] = []
    talks: list[AdminRow] = []
    models: list[AdminRow] = []
    notices: list[AdminRow] = []
    looks: list[AdminRow] = []
    worker_said: str = ""

    @rx.event(background=True)
    async def load(self) -> None:
        """Show how things stand; the database decides anew at each load who may see it."""
        await arrive(self, self._read)

    async def _read(self) -> None:
        try:
            found = await oversight.report(self._user_id())
        except NotFound:
            async with self:
                self.reset()  # type: ignore[no-untyped-call]
                self.is_missing = True
            return
        async with self:
            self._put(ready=True, is_missing=False, **_figures(found), **_tables(found))


def _figures(found: Report) -> dict[str, str]:
    total = found.total
    paid = f"{total.seats:,} paid seats, {dollars(total.month)} in a whole month"
    one = f"This worker is process {found.worker}"
    return {
        "users_said": f"{found.users:,}",
        "users_about": f"users, {found.active:,} active in 30 days, {found.fresh:,} new this month",
        "revenue_said": dollars(total.revenue),
        "revenue_about": f"revenue so far, {paid if found.is_sold else NOT_SOLD}",
        "cost_said": dollars(total.cost),
        "cost_about": f"for {total.requests:,} requests to models this month",
        "margin_said": _percent(total),
        "worker_said": (
            f"{one}, the only one." if found.workers == 1 else f"{one}, one of {found.workers}."
        ),
    }


def _tables(found: Report) -> dict[str, list[AdminRow]]:
    return {
        "plans": [_plan(each) for each in found.plans],
        "spenders": [_spender(each) for each in found.spenders],
        "talks": [_talk(each) for each in found.talks],
        "models": [_model(each) for each in found.models],
        "notices": [_notice(each) for each in found.notices],
        "looks": [_row(who, ("When", _when(at))) for who, at in found.looks],
    }


def _percent(account: Account) -> str:
    """The margin in whole percents, cut and not rounded up: nobody is told more than there is."""
    if account.margin is None:
        return UNKNOWN
    return f"{floor(account.margin * 100)}%"


def _row(name: str, *cells: tuple[str, str], warns: bool = False) -> AdminRow:
    return AdminRow(name, [Cell(*each) for each in cells], warns)


def _plan(plan: Account) -> AdminRow:
    return _row(
        plan.name,
        ("Users", f"{plan.users:,}"),
        ("Paid seats", f"{plan.seats:,}"),
        *_money(plan),
        warns=_loses(plan),
    )


def _spender(user: Account) -> AdminRow:
    return _row(
        user.name,
        ("Plan", user.plan),
        ("Requests", f"{user.requests:,}"),
        *_money(user),
        warns=_loses(user),
    )


def _money(account: Account) -> tuple[tuple[str, str], ...]:
    return (
        ("Revenue so far", dollars(account.revenue)),
        ("AI cost", dollars(account.cost)),
        ("Margin", _percent(account)),
    )


def _loses(account: Account) -> bool:
    """Who pays brings in less than the models cost."""
    return account.margin is not None and account.margin < 0


def _talk(talk: Talk) -> AdminRow:
    return _row(
        talk.name,
        ("User", talk.user),
        ("Requests", f"{talk.requests:,}"),
        ("AI cost", dollars(talk.cost)),
    )


def _model(model: Health) -> AdminRow:
    return _row(
        model.model,
        ("Vendor", model.vendor or UNKNOWN),
        ("Here", _standing(model)),
        ("Answers", f"{model.answers:,}"),
        ("Failed", f"{model.failed:,}"),
        ("Broke off", f"{model.broken_off:,}"),
        warns=model.is_resting,
    )


def _standing(model: Health) -> str:
    many = "1 failure" if model.failures == 1 else f"{model.failures} failures in a row"
    if model.is_resting:
        return f"Left alone: {many}"
    return many if model.failures else "No failure"


def _notice(notice: Notice) -> AdminRow:
    return _row(
        notice.id,
        ("Kind", notice.type),
        ("Reason", notice.reason),
        ("Tries", f"{notice.tries:,}"),
        ("First came", _when(notice.at)),
    )


def _when(at: datetime) -> str:
    """As the logs tell it: who reads here reads them, too."""
    there = at.astimezone(UTC)
    return f"{there.day} {there:%B, %H:%M} UTC"
