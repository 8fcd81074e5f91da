"""The page of what was used: this month against what the plan allows."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import reflex as rx

from assistant.agent.catalog import SCRIPTED, VENDORS
from assistant.services import usage_report
from assistant.services.model_choice import name_of
from assistant.services.money_and_days import day, money
from assistant.services.usage_report import Share
from assistant.state.base import BaseState
from assistant.state.elsewhere import arrive

PURPOSES = {"answer": "Answers", "title": "Titles", "summary": "Summaries"}
MAKERS = {name: each.label for name, each in VENDORS.items()} | {SCRIPTED.provider: "Demo"}
LABELS: dict[str, Callable[[str], str]] = {
    "model": name_of,
    "provider": lambda vendor: MAKERS.get(vendor, vendor),
    "purpose": lambda purpose: PURPOSES.get(purpose, purpose),
}
CENT = Decimal("0.01")


@dataclass
class UsageRow:
    """A row of a table. href: where it leads to, "" for nowhere. cents: the cost, for the chart."""

    name: str
    requests: str
    tokens: str
    cost: str
    href: str
    cents: float


class UsageState(BaseState):
    """What the page shows; its numbers are words already."""

    ready: bool = False
    plan: str = ""
    messages: int = 0
    messages_cap: int = 1
    messages_said: str = ""
    cost_said: str = ""
    forecast_said: str = ""
    renews_said: str = ""
    is_short: bool = False
    has_cost: bool = False
    days: list[dict[str, Any]] = []  # as the chart takes them: day, cents
    models: list[UsageRow] = []
    providers: list[UsageRow] = []
    purposes: list[UsageRow] = []
    conversations: list[UsageRow] = []

    @rx.event(background=True)
    async def load(self) -> None:
        """Show how things stand."""
        await arrive(self, self._read)

    async def _read(self) -> None:
        found = await usage_report.report(self._user_id(), self.timezone)
        left, tier = found.left, found.left.tier
        async with self:
            self.ready, self.plan, self.is_short = True, tier.label, left.is_short
            self.messages, self.messages_cap = left.messages, tier.messages
            self.messages_said = f"{left.messages:,} of {tier.messages:,} messages"
            self.cost_said = dollars(left.spent)
            self.has_cost = any(share.cost for share in found.days)
            self.forecast_said = ahead(found.forecast_messages, found.forecast_cost)
            self.renews_said = day(left.month_ends, self.timezone)
            self.days = [_day(share) for share in found.days]
            self.models, self.providers, self.purposes = (
                [_row(share, kind) for share in found.kinds[kind]] for kind in usage_report.KINDS
            )
            self.conversations = [_row(share) for share in found.conversations]


def _day(share: Share) -> dict[str, Any]:
    return {"day": share.name[-2:].lstrip("0"), "cents": _cents(share)}


def _cents(share: Share) -> float:
    return float(share.cost * 100)


def _row(share: Share, kind: str = "") -> UsageRow:
    """kind: what it is a share of, as in the report; "" for a conversation."""
    name = LABELS[kind](share.name) if kind else share.name
    tokens = f"{share.read:,} read, {share.written:,} written" if kind else ""
    href = f"/chat/{share.id}" if share.id else ""
    return UsageRow(name, f"{share.requests:,}", tokens, dollars(share.cost), href, _cents(share))


def ahead(messages: int, cost: Decimal) -> str:
    """What a month comes to, as people read it; "" for nothing. cost: USD."""
    if not messages and not cost:
        return ""
    many = "1 message" if messages == 1 else f"{messages:,} messages"
    return f"about {many} and {dollars(cost)} by then"


def dollars(amount: Decimal) -> str:
    """An amount of USD as people read it; small ones are not called nothing."""
    if 0 < amount < CENT:
        return "less than $0.01"
    return money(amount)
