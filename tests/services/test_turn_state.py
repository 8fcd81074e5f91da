"""What the database knows of a turn."""

import json
from uuid import uuid4

import pytest

from assistant.database import user_session
from assistant.errors import NotFound
from assistant.services import contents, leases
from assistant.services.keys import vault_in
from assistant.services.messages import sealed
from assistant.services.turn_end import Outcome, write_end
from assistant.services.turn_meter import Meter
from assistant.services.turn_state import state_of
from tests.services.talk import rows

SAID = [
    {"type": "text", "text": "one ", "replay": {"model": "m", "payload": "seal"}},
    {"type": "text", "text": "two"},
]


@pytest.fixture
async def vault(alice):
    async with user_session(alice.id) as session:
        return await vault_in(session)


async def test_a_turn_that_has_begun_runs_and_has_no_parts(alice, grip):
    state = await state_of(alice.id, grip.turn_id)
    assert (state.status, state.parts) == ("running", [])
    assert state.end["message"] == str(grip.reply_id)


async def test_the_partial_reply_is_shown_as_a_page_shows_it(alice, grip, vault):
    await leases.renew(grip, sealed(grip.reply_id, SAID, vault))
    state = await state_of(alice.id, grip.turn_id)
    assert (state.status, state.parts) == ("running", contents.words("one two"))


async def test_the_end_is_what_the_log_would_have_said_last(alice, grip, vault):
    outcome = Outcome("interrupted", "It broke off.", "Slow today.", "Claude")
    await write_end(grip, SAID, outcome, Meter("m"), vault)
    state = await state_of(alice.id, grip.turn_id)
    assert state.status == "interrupted"
    assert state.end == {
        "status": "interrupted",
        "error": "It broke off.",
        "notice": "Slow today.",
        "model": "Claude",
        "message": str(grip.reply_id),
    }


async def test_a_notice_from_the_beginning_is_in_the_end(alice, grip, db):
    before = json.dumps({"notice": "GPT answers instead."})
    await rows(db, "update messages set metadata = $2 where id = $1", grip.reply_id, before)
    assert (await state_of(alice.id, grip.turn_id)).end["notice"] == "GPT answers instead."


async def test_the_vault_of_the_state_opens_what_is_the_users(alice, grip, vault):
    state = await state_of(alice.id, grip.turn_id)
    row = uuid4()
    assert state.vault.open("a place", row, vault.seal("a place", row, "secret")) == "secret"


async def test_anothers_turn_is_no_more_there_than_none(bob, grip):
    said = set()
    for turn_id in (grip.turn_id, uuid4()):
        with pytest.raises(NotFound) as caught:
            await state_of(bob.id, turn_id)
        said.add(str(caught.value))
    assert said == {"This answer does not exist."}
