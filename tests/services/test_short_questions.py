"""Short questions go to the small model where the user has so chosen, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest

from assistant.agent.attached import Document, Summary
from assistant.agent.catalog import DEFAULTS, MODELS, SMALL
from assistant.agent.history import headed
from assistant.agent.types import Message, Text, ToolCall, ToolResult, VendorSearch
from assistant.services import preferences, turns
from assistant.services.model_choice import choose, provider_for
from assistant.services.short_questions import CHARACTERS, WHY, by_small, is_short
from assistant.services.tiers import TIERS
from tests.services.talk import ended, rows, shown, wish
from tests.vendors import Script

USUAL, LITTLE = DEFAULTS["anthropic"], SMALL["anthropic"]
LABEL = f"{MODELS[LITTLE].label}, {WHY}"

PRO = TIERS["pro"]


def user(text: str, *parts) -> Message:
    return Message("user", (*parts, Text(text)))


def answer(*parts) -> Message:
    return Message("assistant", parts or (Text("Yes."),))


CALL = ToolCall("1", "look", {})
SEEN = Message("tool", (ToolResult("1", "look", "a cat"),))


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ([user("Hi?")], True),
        ([user("x" * CHARACTERS)], True),
        ([user("x" * (CHARACTERS + 1))], False),
        ([user("And this?", Document("a.txt", "A"))], False),
        ([user("Hi"), answer(), user("And?")], True),
        ([user("Look"), answer(CALL), SEEN, answer(), user("And?")], False),
        ([user("Look"), answer(VendorSearch(CALL), Text("Yes")), user("And?")], False),
        ([user("Look"), answer(CALL), SEEN, answer(), user("Thanks"), answer(), user("?")], True),
        ([user("x" * 20_000), answer(), user("And?")], False),
        ([user("Hi"), answer(Text("It broke"))], False),
        (list(headed(Summary("Tea.", 4), [user("And?")])), True),
    ],
)
def test_it_is_counted_and_not_guessed(said, short) -> None:
    assert is_short(said) == short


async def test_the_small_model_of_the_maker_goes_before_the_chosen_one(vendors):
    choice = by_small(choose("gpt-6-astra", PRO))
    assert (choice.model, choice.chosen) == (SMALL["openai"], "gpt-6-astra")
    assert choice.label.endswith(WHY)
    models = [each.model for each in provider_for(choice)._providers]
    assert models[:2] == [SMALL["openai"], "gpt-6-astra"]
    assert by_small(choose(LITTLE, PRO)) == choose(LITTLE, PRO)


async def test_a_small_model_without_a_price_gives_way_to_the_chosen_one(vendors, monkeypatch):
    nameless = replace(MODELS[LITTLE], id="claude-of-tomorrow")
    monkeypatch.setitem(MODELS, nameless.id, nameless)
    monkeypatch.setitem(SMALL, "anthropic", nameless.id)
    assert by_small(choose(USUAL, PRO)) == choose(USUAL, PRO)


@pytest.fixture
async def carol(alice):
    """Somebody who has chosen it."""
    await preferences.answer_short_by(alice.id, preferences.SMALL)
    return alice


async def answered(user, vendors, words, place=None, **wishes):
    """Who answered, as asked for on the wire and as the page says, and the conversation."""
    vendors.requests.clear()
    wished = wish(**{"model": USUAL, "picked": False} | wishes)
    started = await turns.send(user.id, place, words, wished)
    state = await ended(user, started)
    asked = [s.model for s in vendors.requests if s.body.get("tools")]
    return asked, state.end["model"], started.conversation_id


async def test_it_is_off_until_it_is_chosen(alice, vendors):
    asked, said, _ = await answered(alice, vendors, "Hi?")
    assert (asked, said) == ([USUAL], MODELS[USUAL].label)


async def test_a_short_question_is_answered_by_the_small_model_and_the_message_says_so(
    carol, vendors, db
):
    asked, said, place = await answered(carol, vendors, "Hi?")
    assert (asked, said) == ([LITTLE], LABEL)
    assert (await shown(carol, place))[-1]["model"] == LABEL
    (row,) = await rows(db, "select model from conversations where id = $1", place)
    assert row["model"] == USUAL
    asked, said, _ = await answered(carol, vendors, "Tell me all of it, please. " * 20, place)
    assert (asked, said) == ([USUAL], MODELS[USUAL].label)


async def test_a_model_that_was_picked_for_the_message_answers_it(carol, vendors):
    asked, *_ = await answered(carol, vendors, "Hi?", picked=True)
    assert asked == [USUAL]


async def test_a_retry_goes_to_the_chosen_model(carol, vendors):
    _, _, place = await answered(carol, vendors, "Hi?")
    reply = UUID((await shown(carol, place))[-1]["id"])
    again = await ended(carol, await turns.retry(carol.id, reply, wish(model=USUAL)))
    assert again.end["model"] == MODELS[USUAL].label


async def test_tools_run_as_ever_and_the_next_question_goes_to_the_chosen_model(carol, vendors):
    words = "[[tool=calculator expression=2+2]]"
    asked, said, place = await answered(carol, vendors, words)
    assert (asked, said) == ([LITTLE, LITTLE], LABEL)
    assert any(part["type"] == "tool" for part in (await shown(carol, place))[-1]["parts"])
    asked, *_ = await answered(carol, vendors, "And?", place)
    assert asked == [USUAL]


async def test_where_others_were_read_the_chosen_model_answers(carol, vendors, db):
    _, _, place = await answered(carol, vendors, "Hi?")
    await rows(
        db, """update conversations set metadata = '{"tainted": true}' where id = $1""", place
    )
    asked, *_ = await answered(carol, vendors, "And?", place)
    assert asked == [USUAL]


async def test_when_the_small_model_is_away_the_chosen_one_answers_under_its_own_name(
    carol, vendors
):
    vendors.then("anthropic", Script(status=529))
    asked, said, _ = await answered(carol, vendors, "Hi?")
    assert (asked, said) == ([LITTLE, USUAL], MODELS[USUAL].label)
