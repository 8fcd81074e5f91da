"""What vendors are sent begins the same from turn to turn, so that it is read from their caches."""

import json
from itertools import pairwise

import pytest

from assistant.agent.prompt import SYSTEM
from assistant.services import turns
from assistant.services.languages import LANGUAGES
from assistant.services.preferences import answer_in, instruct
from tests.conftest import signed_in
from tests.services.talk import ask, ended, rows, wish
from tests.vendors.prefix_cache import PrefixCache

MODELS = {
    "anthropic": "claude-sonnet-5-5",
    "openai": "gpt-6.2-sol",
    "google": "gemini-4-argon",
}
SAID = {"anthropic": "messages", "openai": "input", "google": "contents"}
TURNS = (
    "Hello there",
    "[[tool=calculator expression=2+2]] and then?",
    "[[thinking=5 tokens=40]]",
    "[[tool=calculator expression=3*3]][[tool=current_time]][[thinking=3]]",
    "Thank you",
)


@pytest.fixture(params=sorted(MODELS))
def vendor(request) -> str:
    return request.param


async def talk(user, vendor, words, place=None):
    for text in words:
        started = await turns.send(user.id, place, text, wish(model=MODELS[vendor]))
        await ended(user, started)
        place = started.conversation_id
    return place


def bodies(vendors, vendor):
    """What the vendor was sent for answers, in order."""
    mine = (seen for seen in vendors.requests if seen.vendor == vendor)
    return [seen.body for seen in mine if seen.model == MODELS[vendor]]


def before_history(body):
    """All that a vendor reads before what was said."""
    names = ("tools", "system", "instructions", "systemInstruction", "prompt_cache_key")
    return json.dumps([body.get(name) for name in names])


async def test_each_request_begins_with_all_of_the_one_before(alice, vendors, vendor):
    await instruct(alice.id, "Be brief.")
    await talk(alice, vendor, TURNS)
    sent = bodies(vendors, vendor)
    assert len(sent) == len(TURNS) + 2
    for earlier, later in pairwise(sent):
        assert before_history(earlier) == before_history(later)
        said, again = earlier[SAID[vendor]], later[SAID[vendor]]
        assert json.dumps(again[: len(said)]) == json.dumps(said)


async def test_what_differs_between_users_stands_behind_what_does_not(alice, bob, vendors):
    await answer_in(bob.id, next(iter(LANGUAGES)))
    for user in (alice, bob):
        await ask(user, "Hello")
    of_alice, of_bob = bodies(vendors, "anthropic")
    assert of_alice["tools"] == of_bob["tools"]
    assert of_alice["system"][0] == of_bob["system"][0]
    assert of_alice["system"][0]["text"] == SYSTEM
    assert of_alice["system"][1] != of_bob["system"][1]
    assert "Today is" in of_alice["system"][-1]["text"]


async def test_openai_knows_a_conversation_by_a_key_that_names_nobody(alice, vendors):
    place = await talk(alice, "openai", ["Hello", "Again"])
    await talk(alice, "openai", ["Another one"])
    first, again, other = (body["prompt_cache_key"] for body in bodies(vendors, "openai"))
    assert first == again != other
    assert place.hex not in first
    assert alice.id.hex not in first


async def test_the_history_is_read_from_the_cache_and_booked_as_such(db, vendors, vendor):
    user = await signed_in(f"Cached {vendor}")
    vendors.cache = PrefixCache()
    await talk(user, vendor, ["[[tokens=300]]", *["And then? [[tokens=300]]"] * 7])
    await talk(user, vendor, ["Another conversation"])
    found = await rows(db, """
        select * from usage_logs where user_id = $1 and purpose = 'answer' order by created_at
    """, user.id)  # fmt: skip
    *talked, begun_anew = found
    assert talked[0]["cache_read_tokens"] == 0
    assert all(row["cache_read_tokens"] > 0 for row in talked[3:])  # what is short is kept by none
    last = talked[-1]
    read = last["input_tokens"] + last["cache_read_tokens"] + last["cache_write_tokens"]
    assert last["cache_read_tokens"] / read > 0.8
    # The tools and the rules are the same in all conversations, where a vendor is told so.
    assert (begun_anew["cache_read_tokens"] > 0) == (vendor == "anthropic")
