"""Conversations that outgrow a small budget, and what is asked and shown of them."""

import asyncio
import json
from uuid import UUID

import pytest

from assistant.config import settings
from assistant.services import background
from tests.e2e.seed import hold
from tests.services.talk import shown
from tests.vendors.directives import SUMMARY_MARK

BUDGET = 4_000  # tokens
COUNT = 16  # messages of 200 tokens


@pytest.fixture(autouse=True)
def small_budget(monkeypatch):
    """Where this is imported, a history of a few messages fills what a model is given."""
    monkeypatch.setenv("HISTORY_TOKENS", str(BUDGET))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def long_talk(user, count: int = COUNT) -> UUID:
    said = {str(number): f"word{number:03d} {'x' * 560}" for number in range(count)}
    return await hold(user.id, "A long talk", count, said=said)


async def settled() -> None:
    """Wait for what goes on behind an answer."""
    while background._tasks:
        await asyncio.gather(*background._tasks)


def requests(vendors, *, of_summaries: bool):
    told = [seen for seen in vendors.requests if seen.vendor == "anthropic"]
    return [s for s in told if str(s.body["system"]).count(SUMMARY_MARK) == of_summaries]


def sent(vendors) -> str:
    """What the last answer was asked with."""
    return json.dumps(requests(vendors, of_summaries=False)[-1].body["messages"])


async def summarised(user, place) -> list[dict]:
    return [m for m in await shown(user, place) if "summarised" in m]
