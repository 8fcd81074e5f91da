"""Titles: the first words at once, then one from the small model, and the user's own wins."""

import json

from assistant.agent.catalog import SMALL
from assistant.services import conversations, turn_run, turns
from assistant.services.titles import PROVISIONAL_CHARACTERS
from tests.services.talk import ask, ended, eventually, rows, say, title_of, until_entry
from tests.vendors import Script

SLOW = "[[tokens=2000 gap=20]]"


async def titled(db, conversation_id) -> str:
    """Who gave the conversation its title, once somebody has."""

    async def by():
        (row,) = await rows(
            db, "select metadata->>'titled' as by from conversations where id = $1",
            conversation_id,
        )  # fmt: skip
        return row["by"]

    return await eventually(by)


async def titles_paid(db, user):
    return await rows(
        db, "select * from usage_logs where user_id = $1 and purpose = 'title'", user.id
    )


async def test_a_conversation_has_its_first_words_for_a_title_at_once(alice, vendors):
    started = await say(alice, f"  Plan\n a   trip {SLOW}" + "x" * 100)
    title = await title_of(alice, started.conversation_id)
    assert title.startswith("Plan a trip [[tokens")
    assert len(title) == PROVISIONAL_CHARACTERS
    assert title.endswith("…")


async def test_the_first_words_stand_there_without_the_signs_of_markdown(alice, vendors):
    started = await say(alice, f"## Plan\n\n- a **trip** to `Porto` {SLOW}")
    title = await title_of(alice, started.conversation_id)
    assert title.startswith("Plan a trip to Porto [[tokens")


async def test_the_small_model_makes_the_title_once_and_it_is_paid_for(alice, vendors, db):
    started = await say(alice, "Plan a trip to Porto in May")
    await ended(alice, started)
    assert await titled(db, started.conversation_id) == "model"
    assert await title_of(alice, started.conversation_id) == "Plan a trip to"
    await ask(alice, "Something else entirely", started.conversation_id)
    await turn_run.drain()
    (paid,) = await titles_paid(db, alice)
    assert (paid["model"], paid["turn_id"]) == (SMALL["anthropic"], started.turn_id)
    assert await title_of(alice, started.conversation_id) == "Plan a trip to"


async def test_a_title_that_the_user_gave_meanwhile_stays(alice, vendors, db):
    started = await say(alice, "Plan a trip")
    await conversations.rename(alice.id, started.conversation_id, "Mine")
    await ended(alice, started)
    await eventually(lambda: titles_paid(db, alice))
    assert await title_of(alice, started.conversation_id) == "Mine"
    assert await titled(db, started.conversation_id) == "user"


async def test_a_named_conversation_asks_no_model_for_a_title(alice, vendors, db):
    started = await say(alice, SLOW)
    await until_entry(started.turn_id, 1)
    await turns.stop(alice.id, started.turn_id, 1)
    await ended(alice, started)
    await conversations.rename(alice.id, started.conversation_id, "Mine")
    await ask(alice, "go on", started.conversation_id)
    await turn_run.drain()
    assert await titles_paid(db, alice) == []


async def test_without_a_title_the_first_words_stay(alice, vendors, db):
    for vendor in ("anthropic", "openai", "google"):
        vendors.then(vendor, Script(status=529), to_titles=True)
    started = await say(alice, "Plan a trip")
    await ended(alice, started)

    async def all_asked():
        return len(vendors.requests) >= 4

    await eventually(all_asked)
    assert await title_of(alice, started.conversation_id) == "Plan a trip"


async def test_the_demo_model_makes_titles_too(alice, demo, db):
    started = await say(alice, "Plan a quiet weekend in Porto for two")
    await ended(alice, started)
    assert await titled(db, started.conversation_id) == "model"
    assert await title_of(alice, started.conversation_id) == "Plan a quiet weekend in Porto"


async def test_what_else_is_known_of_a_conversation_stays(alice, demo, db):
    started = await say(alice, "Plan a trip")
    place = started.conversation_id
    await rows(db, """update conversations set metadata = '{"kept": 1}' where id = $1""", place)
    await ended(alice, started)
    assert await titled(db, place) == "model"
    await conversations.rename(alice.id, place, "Mine")
    (row,) = await rows(db, "select metadata from conversations where id = $1", place)
    assert json.loads(row["metadata"]) == {"kept": 1, "titled": "user"}
