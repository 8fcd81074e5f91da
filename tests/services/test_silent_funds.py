"""Titles and summaries cost no more than the plan has left, and what is set aside comes back."""

import asyncio
from contextlib import aclosing
from decimal import Decimal

import pytest

from assistant.agent.prompt import title_request
from assistant.database import user_connection
from assistant.services import orphan_costs, silent_funds, small_talk, tiers
from assistant.services.model_choice import small_provider
from assistant.services.tiers import Tier
from tests.conftest import all_ended
from tests.services.talk import ended, rows, say
from tests.vendors import Say, Script

QUESTION = title_request("Plan a trip to Porto")
HELD = """
    select kind, reserved, spent, (select sum(cost) from usage_logs where user_id = $1) as cost
    from allowances where user_id = $1 order by kind desc
"""
OPEN = "select count(*) from reservations where user_id = $1 and closed_at is null"
AT_ONCE = 30
SLOW = Script(blocks=(Say(("A", " trip")),), gap_seconds=0.05)


@pytest.fixture
def caps(monkeypatch):
    """What everybody may spend from now on: caps(month, day)."""

    def of(month="90", day="50"):
        tier = Tier("small", "Small", 100, Decimal(1), Decimal(day), Decimal(month))
        monkeypatch.setitem(tiers.TIERS, "pro", tier)

    of()
    return of


@pytest.fixture
async def turn(alice, vendors, db, caps):
    """An answer that is over, with all that followed it."""
    started = await say(alice, "Hello")
    await ended(alice, started)
    await all_ended()
    return started.turn_id


@pytest.fixture
async def most(turn):
    """What the question may cost."""
    async with aclosing(small_provider().stream(QUESTION)) as events:
        return silent_funds.most_of(await anext(events))


async def held(db, user):
    return await rows(db, HELD, user.id)


async def all_comes_back(db, user):
    for each in await held(db, user):
        assert each["reserved"] == 0
        assert each["spent"] == each["cost"] > 0
    assert await rows(db, OPEN, user.id) == [{"count": 0}]


def asked(user, turn, times):
    return asyncio.gather(*(small_talk.ask(user.id, turn, "title", QUESTION) for _ in range(times)))


async def test_what_is_asked_is_paid_for_and_the_rest_comes_back(alice, turn, most, db):
    assert most > 0
    assert await small_talk.ask(alice.id, turn, "title", QUESTION)
    await all_comes_back(db, alice)


@pytest.fixture(params=["month", "day"])
async def cap(request, alice, most, db, caps):
    """So much may be spent that two such questions fit, and no third one."""
    (spent,) = [each["spent"] for each in await held(db, alice) if each["kind"] == request.param]
    least = spent + most * Decimal("2.5")
    caps(**{request.param: least})
    return least


async def test_at_the_very_cap_no_race_goes_over_it(alice, turn, vendors, db, cap):
    vendors.then("anthropic", *[SLOW] * AT_ONCE, to_titles=True)
    before = len(vendors.requests)
    said = await asked(alice, turn, AT_ONCE)
    made = len(vendors.requests) - before
    assert 0 < made < AT_ONCE
    assert sum(bool(each) for each in said) == made
    await all_comes_back(db, alice)
    assert all(each["spent"] <= cap for each in await held(db, alice))


async def test_what_does_not_fit_is_not_asked_and_leaves_nothing(alice, turn, vendors, db, caps):
    before = await held(db, alice)
    caps(month=before[0]["spent"])
    made = len(vendors.requests)
    assert await small_talk.ask(alice.id, turn, "title", QUESTION) == ""
    assert len(vendors.requests) == made
    assert await held(db, alice) == before
    assert await rows(db, "select from open_requests where user_id = $1", alice.id) == []
    assert await rows(db, OPEN, alice.id) == [{"count": 0}]


async def test_each_vendor_that_is_asked_in_vain_gives_its_money_back(alice, turn, vendors, db):
    for vendor in ("anthropic", "openai", "google"):
        vendors.then(vendor, Script(status=529), to_titles=True)
    assert await small_talk.ask(alice.id, turn, "title", QUESTION) == ""
    await all_comes_back(db, alice)


async def test_what_a_process_that_died_has_set_aside_comes_back(alice, turn, most, db):
    async with user_connection(alice.id) as connection:
        assert await silent_funds.hold(connection, turn, most)
        (made,) = await connection.fetch(
            """insert into open_requests (id, user_id, turn_id, provider, model, purpose,
                   read_tokens, asked_at)
               values (gen_random_uuid(), $1, $2, 'anthropic', 'claude-haiku-4-5', 'title', 10,
                   now() - interval '1 hour') returning id""",
            alice.id,
            turn,
        )
    assert [each["reserved"] for each in await held(db, alice)] == [most, most]
    await orphan_costs.book_forgotten(alice.id, made["id"])
    await all_comes_back(db, alice)


async def test_beside_an_answer_that_is_written_both_are_paid_for(alice, vendors, db, caps):
    first = await say(alice, "Hello")
    await ended(alice, first)
    again = await say(alice, "And more [[tokens=20 gap=20]]", first.conversation_id)
    await asyncio.gather(ended(alice, again), asked(alice, first.turn_id, 5))
    await all_ended()
    await all_comes_back(db, alice)
