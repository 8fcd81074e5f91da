"""Silent questions are booked like all others."""

from uuid import uuid4

import pytest

from assistant.agent.catalog import SMALL
from assistant.agent.prompt import title_request
from assistant.services import small_talk
from tests.services.talk import rows
from tests.vendors import Script

BOOKED = "select provider, model, purpose, turn_id, metadata ->> 'ended' as ended from usage_logs"
BOOKED += " where user_id = $1 order by seq"


@pytest.fixture
def question():
    return title_request("Plan a trip to Porto")


async def test_the_question_belongs_to_the_turn_that_it_follows(grip, question, vendors, db):
    said = await small_talk.ask(grip.user_id, grip.turn_id, "title", question)
    assert said == "Plan a trip to"
    assert await rows(db, BOOKED, grip.user_id) == [
        {
            "provider": "anthropic",
            "model": SMALL["anthropic"],
            "purpose": "title",
            "turn_id": grip.turn_id,
            "ended": None,
        }
    ]
    assert await rows(db, "select from open_requests where user_id = $1", grip.user_id) == []


async def test_each_vendor_that_was_asked_in_vain_has_its_row(grip, question, vendors, db):
    for vendor in SMALL:
        if vendor != "scripted":
            vendors.then(vendor, Script(status=529), to_titles=True)
    assert await small_talk.ask(grip.user_id, grip.turn_id, "title", question) == ""
    found = await rows(db, BOOKED, grip.user_id)
    assert [each["ended"] for each in found] == ["refused"] * len(vendors.requests)
    assert len(found) == 3


async def test_what_follows_a_turn_that_is_gone_is_booked_without_it(grip, question, vendors, db):
    assert await small_talk.ask(grip.user_id, uuid4(), "title", question)
    (row,) = await rows(db, BOOKED, grip.user_id)
    assert row["turn_id"] is None
