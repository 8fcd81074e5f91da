"""Silent questions are booked like all others."""

import asyncio

import pytest

from assistant.agent.catalog import SMALL
from assistant.agent.prompt import title_request
from assistant.database import user_connection
from assistant.services import allowances, conversations, small_talk
from assistant.services.tiers import TIERS
from tests.services.talk import eventually, rows
from tests.vendors import Say, Script

BOOKED = "select provider, model, purpose, turn_id, metadata ->> 'ended' as ended from usage_logs"
BOOKED += " where user_id = $1 order by seq"
QUESTION = title_request("Plan a trip to Porto")


@pytest.fixture
async def turn(grip):
    """A turn for which money was set aside when it began."""
    async with user_connection(grip.user_id) as connection:
        await allowances.reserve(connection, grip.user_id, grip.turn_id, TIERS["pro"], 1)
    return grip


@pytest.fixture
async def place(turn, db):
    """The conversation of the turn."""
    (row,) = await rows(db, "select conversation_id from turns where id = $1", turn.turn_id)
    return row["conversation_id"]


async def test_the_question_belongs_to_the_turn_that_it_follows(turn, vendors, db):
    said = await small_talk.ask(turn.user_id, turn.turn_id, "title", QUESTION)
    assert said == "Plan a trip to"
    assert await rows(db, BOOKED, turn.user_id) == [
        {
            "provider": "anthropic",
            "model": SMALL["anthropic"],
            "purpose": "title",
            "turn_id": turn.turn_id,
            "ended": None,
        }
    ]
    assert await rows(db, "select from open_requests where user_id = $1", turn.user_id) == []


async def test_each_vendor_that_was_asked_in_vain_has_its_row(turn, vendors, db):
    for vendor in SMALL:
        if vendor != "scripted":
            vendors.then(vendor, Script(status=529), to_titles=True)
    assert await small_talk.ask(turn.user_id, turn.turn_id, "title", QUESTION) == ""
    found = await rows(db, BOOKED, turn.user_id)
    assert [each["ended"] for each in found] == ["refused"] * len(vendors.requests)
    assert len(found) == 3


@pytest.mark.parametrize("is_gone", [True, False])
async def test_for_a_conversation_that_is_deleted_nothing_is_asked(
    is_gone, turn, place, vendors, db
):
    await conversations.delete(turn.user_id, place)
    if is_gone:
        await rows(db, "delete from conversations where id = $1", place)
    assert await small_talk.ask(turn.user_id, turn.turn_id, "title", QUESTION) == ""
    assert not vendors.requests
    assert await rows(db, BOOKED, turn.user_id) == []
    assert await rows(db, "select from open_requests where user_id = $1", turn.user_id) == []


async def test_what_was_asked_before_the_turn_was_gone_is_booked_without_it(
    turn, place, vendors, db
):
    slow = Script(blocks=(Say(("A", " trip")),), gap_seconds=0.5)
    vendors.then("anthropic", slow, to_titles=True)
    asking = asyncio.create_task(small_talk.ask(turn.user_id, turn.turn_id, "title", QUESTION))
    put_down = "select from open_requests where user_id = $1 and purpose = 'title'"
    await eventually(lambda: rows(db, put_down, turn.user_id))
    await rows(db, "delete from conversations where id = $1", place)
    assert await asking == "A trip"
    (row,) = await rows(db, BOOKED, turn.user_id)
    assert row["turn_id"] is None
