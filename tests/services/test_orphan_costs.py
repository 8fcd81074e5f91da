"""What a turn cost whose worker is gone."""

from decimal import Decimal

import pytest

from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.types import Asked, MessageDone, Sent, Text, Usage
from assistant.agent.types import Message as Said
from assistant.config import settings
from assistant.database import user_connection, user_session
from assistant.models import Message
from assistant.services import audit_chain, leases, reaper, request_books, turn_books
from assistant.services.keys import vault_in
from assistant.services.request_meter import Made
from assistant.services.turn_meter import Meter
from tests.services.talk import rows

MODEL = "claude-haiku-5-5"
USAGE = Usage("anthropic", MODEL, 200, 20)
DONE = MessageDone(Said("assistant", (Text("Forty-two."),)), USAGE, "end")
ASKED = Asked("anthropic", MODEL, 300, Sent(left=True))


@pytest.fixture
async def vault(alice):
    async with user_session(alice.id) as session:
        return await vault_in(session)


@pytest.fixture
async def meter(grip, vault):
    """Of a request that is on its way."""
    begun = Meter(MODEL)
    begun.note(ASKED)
    assert await turn_books.ask(grip, begun, vault)
    return begun


async def reap(grip, db, reply_bytes=0) -> None:
    """Close the turn, of whose reply so many bytes are stored."""
    async with user_session(grip.user_id) as session:
        (await session.get(Message, grip.reply_id)).content = b"x" * reply_bytes
    late = "update turns set lease_until = now() - interval '1 second' where id = $1"
    await rows(db, late, grip.turn_id)
    assert await leases.reap(grip.turn_id, grip.user_id)


async def booked(db, grip):
    sql = "select * from usage_logs where user_id = $1 order by seq"
    return await rows(db, sql, grip.user_id)


async def left_open(db, grip):
    return await rows(db, "select * from open_requests where user_id = $1", grip.user_id)


async def test_it_is_estimated_by_the_size_of_what_was_read_and_written(grip, meter, db):
    await reap(grip, db, 50 * BYTES_PER_TOKEN)
    (row,) = await booked(db, grip)
    assert (row["input_tokens"], row["output_tokens"], row["estimated"]) == (300, 50, True)
    assert (row["turn_id"], row["model"], row["id"]) == (
        grip.turn_id, MODEL, meter.requests.made[0].id,
    )  # fmt: skip
    assert await left_open(db, grip) == []


async def test_rules_and_tools_are_read_on_top_of_the_history(grip, vault, db):
    read = settings().history_tokens + 5_000
    meter = Meter(MODEL, Made("anthropic", MODEL, read))
    await turn_books.ask(grip, meter, vault)
    await reap(grip, db)
    (row,) = await booked(db, grip)
    assert row["input_tokens"] == read


async def test_a_turn_that_has_asked_nobody_is_not_booked(grip, db):
    await reap(grip, db, 300)
    assert await booked(db, grip) == []


async def test_what_was_booked_on_the_way_is_not_estimated_again(grip, meter, vault, db):
    meter.note(DONE)
    meter.note(ASKED)
    await turn_books.ask(grip, meter, vault)
    await reap(grip, db, 60 * BYTES_PER_TOKEN)
    first, last = await booked(db, grip)
    assert (first["output_tokens"], first["estimated"]) == (20, False)
    assert (last["output_tokens"], last["estimated"]) == (40, True)


async def test_figures_that_come_late_correct_the_estimate_once(grip, meter, vault, db):
    await reap(grip, db, 50 * BYTES_PER_TOKEN)
    meter.note(DONE)
    for _ in range(2):
        await turn_books.enter_late(grip, meter, vault)
    estimate, correction = await booked(db, grip)
    assert estimate["estimated"]
    assert not correction["estimated"]
    assert estimate["input_tokens"] + correction["input_tokens"] == USAGE.input_tokens
    assert estimate["output_tokens"] + correction["output_tokens"] == USAGE.output_tokens
    assert correction["metadata"] == f'{{"corrects": "{estimate["id"]}"}}'
    assert not (await audit_chain.verify(grip.user_id)).why
    cost = sum(row["cost"] for row in await booked(db, grip))
    spent = "select spent from allowances where user_id = $1"
    assert await rows(db, spent, grip.user_id) == [{"spent": cost}] * 2


async def test_an_estimate_is_not_corrected_by_another(grip, meter, vault, db):
    await reap(grip, db)
    meter.close()
    await turn_books.enter_late(grip, meter, vault)
    assert len(await booked(db, grip)) == 1


async def test_a_silent_request_that_nobody_books_any_more_is_estimated(grip, vault, db):
    made = Made("anthropic", MODEL, 40)
    account = request_books.Account(vault, "title", grip.turn_id)
    async with user_connection(grip.user_id) as connection:
        await request_books.note(connection, account, [made])
    await rows(db, "update turns set status = 'done' where id = $1", grip.turn_id)
    await reaper.purge_once()
    assert len(await left_open(db, grip)) == 1  # it may still run
    long_ago = (
        "update open_requests set asked_at = asked_at - interval '21 minutes' where user_id = $1"
    )
    await rows(db, long_ago, grip.user_id)
    await reaper.purge_once()
    assert await left_open(db, grip) == []
    (row,) = await booked(db, grip)
    assert (row["id"], row["purpose"], row["input_tokens"]) == (made.id, "title", 40)
    assert row["cost"] > Decimal(0)
