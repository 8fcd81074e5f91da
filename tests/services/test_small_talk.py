"""Silent questions to the cheapest model: what it says, and what it costs."""

from assistant.agent.catalog import SMALL
from assistant.agent.prompt import title_request
from assistant.services import allowances, small_talk
from tests.services.talk import ask, rows, say
from tests.vendors import Say, Script

REQUEST = title_request("Plan a trip to Porto")


async def asked(db, user):
    return await rows(
        db, "select * from usage_logs where user_id = $1 and purpose = 'summary'", user.id
    )


async def test_the_cheapest_model_answers_and_it_is_booked_with_its_turn(alice, vendors, db):
    started = await say(alice, "Hello")
    vendors.then("anthropic", Script((Say(("Quiet ", "words")),)), to_titles=True)
    assert await small_talk.ask(alice.id, started.turn_id, "summary", REQUEST) == "Quiet words"
    (row,) = await asked(db, alice)
    assert (row["model"], row["turn_id"]) == (SMALL["anthropic"], started.turn_id)
    assert row["cost"] > 0


async def test_what_it_cost_is_spent_of_the_month(alice, vendors, db):
    await ask(alice, "Hello")
    started = await say(alice, "Hello again")
    await small_talk.ask(alice.id, started.turn_id, "summary", REQUEST)
    (row,) = await asked(db, alice)
    assert (await allowances.left(alice.id)).spent >= row["cost"] > 0


async def test_where_nobody_answers_nothing_is_said_and_the_attempts_are_booked(alice, vendors, db):
    started = await say(alice, "Hello")
    for vendor in ("openai", "google"):
        vendors.then(vendor, Script(status=529), to_titles=True)
    vendors.then("anthropic", Script(fault="cut", after=1), to_titles=True)
    assert await small_talk.ask(alice.id, started.turn_id, "summary", REQUEST) == ""
    (row,) = await asked(db, alice)
    assert row["estimated"]
