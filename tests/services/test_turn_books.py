"""What a turn cost and did stands in the books once, whoever closed it."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest

from assistant.agent.acts import Act, Effect, Intent
from assistant.agent.types import (
    Asked,
    Message,
    MessageDone,
    Text,
    ToolCall,
    ToolFinished,
    ToolResult,
    Usage,
)
from assistant.database import user_connection, user_session
from assistant.services import allowances, audit_chain, permissions, tiers, turn_books
from assistant.services.keys import vault_in
from assistant.services.turn_meter import Meter
from tests.services.talk import PATIENCE_SECONDS, rows

USAGE = Usage("anthropic", "claude-sonnet-5-5", 10, 5)
ASKED = Asked("anthropic", "claude-sonnet-5-5")
DONE = MessageDone(Message("assistant", (Text("Forty-two."),)), USAGE, "end")
RAN = ToolFinished(ToolCall("c", "calculator", {}), ToolResult("c", "calculator", "42"), 0.25)


OPEN = "select * from open_requests where turn_id = $1"


@pytest.fixture
def meter():
    meter = Meter("claude-sonnet-5-5")
    meter.note(ASKED)
    meter.note(DONE)
    meter.note(RAN)
    return meter


@pytest.fixture
async def vault(alice):
    async with user_session(alice.id) as session:
        return await vault_in(session)


async def booked(db, grip) -> tuple[int, int]:
    """How many requests and calls stand in the books."""
    query = "select * from {} where user_id = $1"
    return tuple(
        [
            len(await rows(db, query.format(table), grip.user_id))
            for table in ("usage_logs", "tool_executions")
        ]
    )


async def test_what_nobody_booked_is_entered_late_and_once(grip, meter, vault, db):
    for _ in range(3):
        await turn_books.enter_late(grip, meter, vault)
    assert await booked(db, grip) == (1, 1)


async def test_what_was_booked_at_the_end_is_not_entered_again(grip, meter, vault, db):
    async with user_connection(grip.user_id) as connection:
        await turn_books.enter(connection, grip, meter, vault)
    await turn_books.enter_late(grip, meter, vault)
    assert await booked(db, grip) == (1, 1)


async def test_of_a_turn_that_is_gone_its_requests_are_booked_all_the_same(grip, meter, vault, db):
    await rows(db, "delete from turns where id = $1", grip.turn_id)
    for _ in range(2):
        await turn_books.enter_late(grip, meter, vault)
    assert await booked(db, grip) == (1, 0)
    spent = "select spent > 0 as spent from allowances where user_id = $1"
    assert await rows(db, spent, grip.user_id) == [{"spent": True}] * 2


async def test_of_an_account_that_is_gone_nothing_is_booked(grip, meter, vault, db):
    await rows(db, "delete from profiles where user_id = $1", grip.user_id)
    await turn_books.enter_late(grip, meter, vault)
    assert await booked(db, grip) == (0, 0)


async def test_before_each_request_the_ones_before_it_are_booked(grip, meter, vault, db):
    meter.note(ASKED)
    assert await turn_books.ask(grip, meter, vault)
    (open_one,) = await rows(db, OPEN, grip.turn_id)
    assert (open_one["model"], open_one["purpose"]) == ("claude-sonnet-5-5", "answer")
    assert await booked(db, grip) == (1, 1)
    async with user_connection(grip.user_id) as connection:
        meter.note(DONE)
        meter.note(RAN)
        await turn_books.enter(connection, grip, meter, vault)
    assert await rows(db, OPEN, grip.turn_id) == []
    assert await booked(db, grip) == (2, 2)


async def test_what_was_booked_by_a_try_of_which_no_answer_came_is_not_booked_again(
    grip, meter, vault, db
):
    for _ in range(2):
        again = Meter("claude-sonnet-5-5")
        again.requests, again.calls = meter.requests, meter.calls
        meter.note(ASKED)
        assert await turn_books.ask(grip, again, vault)
    assert await booked(db, grip) == (1, 1)
    assert not (await audit_chain.verify(grip.user_id)).why


SEARCH = Intent(Effect.SEND, "Search the web for “apples”")


@pytest.fixture
async def grant(grip):
    async with user_session(grip.user_id) as session:
        return str(await permissions.grant(session, "web_search"))


async def test_a_call_that_runs_at_once_by_a_grant_is_the_grants_last_use(grip, grant, vault, db):
    (held,) = await permissions.granted(grip.user_id)
    assert held.used_at is None
    journal = turn_books.Journal(grip, vault)
    assert await journal.begins(ToolCall("c", "web_search", {}), Act(SEARCH, grant)) == ""
    (held,) = await permissions.granted(grip.user_id)
    assert held.used_at is not None
    assert await booked(db, grip) == (0, 1)


async def test_what_a_grant_had_allowed_does_not_begin_once_it_is_revoked(grip, grant, vault, db):
    (held,) = await permissions.granted(grip.user_id)
    await permissions.revoke(grip.user_id, held.id)
    journal = turn_books.Journal(grip, vault)
    said = await journal.begins(ToolCall("c", "web_search", {}), Act(SEARCH, grant))
    assert said == turn_books.REVOKED
    assert await booked(db, grip) == (0, 0)


async def test_who_has_lost_the_turn_makes_no_further_request(grip, meter, vault, db):
    await rows(db, "update turns set fence = fence + 1 where id = $1", grip.turn_id)
    meter.note(ASKED)
    assert not await turn_books.ask(grip, meter, vault)
    assert await rows(db, OPEN, grip.turn_id) == []


@asynccontextmanager
async def added_to(db, table):
    """Others are adding what belongs to rows of this table, and have not ended yet."""
    connection = await asyncpg.connect(db)
    try:
        async with connection.transaction():
            await connection.execute(f"select from {table} for key share")
            yield
    finally:
        await connection.close()


@pytest.mark.parametrize("table", ["turns", "reservations", "allowances", "profiles"])
async def test_who_adds_to_a_turn_does_not_hold_up_its_books(table, grip, meter, vault, db):
    async with user_connection(grip.user_id) as connection:
        await allowances.reserve(connection, grip.user_id, grip.turn_id, tiers.TIERS["pro"], 1)
    async with added_to(db, table), asyncio.timeout(PATIENCE_SECONDS):
        assert await turn_books.ask(grip, meter, vault)
        await turn_books.enter_late(grip, meter, vault)
    assert await booked(db, grip) == (1, 1)
