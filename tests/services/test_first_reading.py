"""What a lost request is taken to have read is what it would have read."""

import pytest

from assistant.agent.history import estimated_tokens
from assistant.agent.prompt import Manner
from assistant.agent.types import Message, Text
from assistant.services import preferences, turn_run
from assistant.services.connections import connect
from assistant.services.first_reading import first_reading
from tests.services.accounts_outside import calendar, calendar_form, inside, sums
from tests.services.talk import ended, eventually, rows, say

__all__ = ["calendar", "calendar_form", "inside", "sums"]

LONG = Message("user", (Text("x" * 30_000),))
SHORT = Message("user", (Text("x" * 30),))


async def put_down_and_asked(user, db):
    """Tokens as they were put down when a turn began, and as its request then came to."""
    started = await say(user, "How are things?")
    sql = "select read_tokens from open_requests where turn_id = $1"
    (row,) = await rows(db, sql, started.turn_id)
    running = turn_run._running[started.turn_id]

    async def is_asked():
        return running.meter.requests._running

    asked = (await eventually(is_asked)).read
    await ended(user, started)
    return row["read_tokens"], asked


async def test_rules_and_tools_are_counted_before_they_are_opened(alice, demo, db):
    demo(0.05)
    put_down, asked = await put_down_and_asked(alice, db)
    assert asked > 1_000
    assert abs(put_down - asked) < 20


async def test_what_the_user_has_set_down_is_counted(alice, demo, db):
    demo(0.05)
    before, _ = await put_down_and_asked(alice, db)
    await preferences.instruct(alice.id, "Be kind. " * 100)
    put_down, asked = await put_down_and_asked(alice, db)
    assert abs(put_down - asked) < 20
    assert put_down > before + 250


async def test_an_account_brings_the_tools_that_wait_for_one(alice, demo, db, calendar_form):
    demo(0.05)
    before, _ = await put_down_and_asked(alice, db)
    await connect(alice.id, "caldav", calendar_form)
    put_down, asked = await put_down_and_asked(alice, db)
    assert put_down > before + 1_000
    assert put_down >= asked


async def test_a_servers_tools_are_counted_by_the_size_of_what_it_offers(alice, demo, db, sums):
    demo(0.05)
    before, _ = await put_down_and_asked(alice, db)
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    put_down, asked = await put_down_and_asked(alice, db)
    assert before < asked <= put_down < before + 2 * (asked - before)


@pytest.mark.parametrize(
    ("said", "most", "counted"),
    [
        ([SHORT, SHORT], 48_000, 2 * estimated_tokens(SHORT)),
        ([LONG, SHORT], 4_000, 4_000),
        ([SHORT, LONG], 4_000, estimated_tokens(LONG)),
    ],
)
def test_no_more_of_a_history_is_counted_than_a_model_is_given(said, most, counted):
    alone = first_reading([SHORT], most, Manner(), 0) - estimated_tokens(SHORT)
    assert first_reading(said, most, Manner(), 0) == alone + counted
