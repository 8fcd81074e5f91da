"""Across the services of turns: each request that has reached a vendor is one row, and no more."""

import asyncio
import os
import signal
from collections import Counter
from dataclasses import replace

import pytest

from assistant.agent.catalog import MODELS
from assistant.config import settings
from assistant.services import (
    audit_chain,
    conversations,
    leases,
    model_choice,
    reaper,
    turn_run,
    turns,
)
from tests.conftest import all_ended, forget_choices
from tests.services.killed import PROCESSES
from tests.services.talk import ask, ended, eventually, rows, say, until_entry, wish
from tests.vendors import Call, Say, Script

ROWS = """
    select provider, model, purpose, turn_id, estimated, metadata ->> 'ended' as ended, cost
    from usage_logs where user_id = $1 and not metadata ? 'corrects' order by seq
"""
LATE = "update turns set lease_until = now() - interval '1 second' where user_id = $1"
SPENT = """
    select kind, reserved = 0 as free, spent = (
        select sum(cost) from usage_logs where user_id = $1
    ) as same from allowances where user_id = $1 order by kind
"""
ALL = ("anthropic", "openai", "google")
HANGS = Script(fault="hang", after=-1)  # it takes the request, and says nothing at all


async def counted(db, user, vendors):
    """The rows of the requests, which are as many as have reached each model."""
    await all_ended()
    found = await rows(db, ROWS, user.id)
    reached = Counter((seen.vendor, seen.model) for seen in vendors.requests)
    assert Counter((row["provider"], row["model"]) for row in found) == reached
    assert await rows(db, "select from open_requests where user_id = $1", user.id) == []
    assert not (await audit_chain.verify(user.id)).why
    if sum(row["cost"] for row in found):
        same = {"free": True, "same": True}
        assert await rows(db, SPENT, user.id) == [{"kind": k, **same} for k in ("day", "month")]
    return found


def ends(found):
    return [row["ended"] or "" for row in found if row["purpose"] == "answer"]


@pytest.fixture
def hasty(monkeypatch, vendors):
    """A vendor that is silent is given up at once."""
    monkeypatch.setenv("FIRST_TOKEN_SECONDS", "0.2")
    monkeypatch.setenv("IDLE_SECONDS", "0.2")
    monkeypatch.setenv("THINKING_SECONDS", "0.2")
    forget_choices()
    yield
    monkeypatch.undo()
    forget_choices()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Hello", [""]),
        ("[[tool=calculator expression=2+2]]", ["", ""]),
        ("[[anthropic:http=529]]", ["refused", ""]),
        ("[[anthropic:http=400]]", ["refused"]),
        ("[[http=500]]", ["refused"] * 3),
        ("[[tokens=9]] [[cut=3]]", ["failed", ""]),
        ("[[tokens=9]] [[anthropic:garbage=3]]", ["failed", ""]),
        ("[[tokens=9]] [[anthropic:error=3]]", ["failed", ""]),
        ("[[anthropic:http=503]] [[openai:http=503]] [[stop=length]]", ["refused", "refused", ""]),
    ],
)
async def test_whatever_befalls_an_answer_each_request_has_its_row(alice, vendors, db, words, told):
    await ask(alice, words)
    found = await counted(db, alice, vendors)
    assert ends(found) == told
    assert all(row["turn_id"] for row in found)
    assert [row["cost"] > 0 for row in found if row["purpose"] == "answer"] == [
        end != "refused" for end in told
    ]


@pytest.mark.parametrize("words", ["[[anthropic:hang=-1]]", "[[tokens=9]] [[anthropic:hang=3]]"])
async def test_who_is_given_up_for_silence_has_a_row(alice, vendors, db, hasty, words):
    await ask(alice, words)
    found = await counted(db, alice, vendors)
    assert ends(found) == ["failed", ""]
    assert [row["estimated"] for row in found][:2] == [True, False]


async def test_who_cannot_be_reached_has_none(alice, vendors, db, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    forget_choices()
    await ask(alice, "Hello")
    found = await counted(db, alice, vendors)
    assert {row["provider"] for row in found} == {"openai"}


@pytest.mark.parametrize("why", ["stop", "cancel", "delete"])
@pytest.mark.parametrize("begun", [True, False], ids=["in the middle", "before its first word"])
async def test_an_answer_that_is_ended_has_its_row(alice, vendors, db, why, begun):
    vendors.then("anthropic", Script((Say(("a ",) * 99),), gap_seconds=1) if begun else HANGS)
    started = await say(alice, "Hello")
    if begun:
        await until_entry(started.turn_id, 1)
    await eventually(lambda: asyncio.sleep(0.02, len(vendors.requests)))
    match why:
        case "stop":
            await turns.stop(alice.id, started.turn_id, -1)
        case "cancel":
            await turn_run.drain()
        case "delete":
            await conversations.delete(alice.id, started.conversation_id)
    await ended(alice, started)
    found = await counted(db, alice, vendors)
    assert ends(found) == ["left"]
    assert found[0]["estimated"]


async def test_an_answer_that_goes_on_and_one_that_is_tried_again_have_theirs(alice, vendors, db):
    vendors.then("anthropic", Script((Say(("a ",)),), stop="length"))
    state = await ended(alice, first := await say(alice, "Hello"))
    assert state.status == "interrupted"
    (reply,) = await rows(db, "select reply_id from turns where id = $1", first.turn_id)
    await ended(alice, await turns.proceed(alice.id, reply["reply_id"], wish()))
    sql = "select head_id from conversations where id = $1"
    (head,) = await rows(db, sql, first.conversation_id)
    await ended(alice, await turns.retry(alice.id, head["head_id"], wish()))
    assert ends(await counted(db, alice, vendors)) == ["", "", ""]


async def test_titles_that_fail_have_theirs(alice, vendors, db):
    for vendor in ALL:
        vendors.then(vendor, Script(status=529), to_titles=True)
    await ask(alice, "Hello")
    found = await counted(db, alice, vendors)
    assert Counter(row["purpose"] for row in found) == {"answer": 1, "title": 3}


async def test_a_worker_that_seemed_dead_is_corrected(alice, vendors, db):
    vendors.then("anthropic", Script((Say(("a ",) * 3),), gap_seconds=0.3))
    started = await say(alice, "Hello")
    await until_entry(started.turn_id, 1)
    await rows(db, LATE, alice.id)
    await leases.reap(started.turn_id, alice.id)
    assert ends(await counted(db, alice, vendors)) == ["lost"]
    await eventually(lambda: gone_by(started.turn_id))


async def gone_by(turn_id):
    return not turn_run.runs_here(turn_id)


def _talk(environment, user_id, words):
    os.environ.update(environment)
    settings.cache_clear()

    async def talk():
        started = await turns.send(user_id, None, words, wish())
        await turn_run._running[started.turn_id].task

    asyncio.run(talk())


KEPT = ("ASSISTANT_", "DATABASE_", "PRIVATE_", "ANTHROPIC_", "OPENAI_", "GEMINI_", "GOOGLE_")


async def test_a_worker_that_is_killed_in_its_second_request_leaves_two_rows(alice, vendors, db):
    call = Call("calculator", ('{"expression": "2+2"}',))
    vendors.then("anthropic", Script((Say(("Let me see. ",)), call)), HANGS)
    environment = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    worker = PROCESSES.Process(target=_talk, args=(environment, alice.id, "What is 2+2?"))
    worker.start()
    await eventually(lambda: asyncio.sleep(0.02, len(vendors.requests) == 2))
    os.kill(worker.pid, signal.SIGKILL)
    await asyncio.to_thread(worker.join)
    await rows(db, LATE, alice.id)
    await reaper.reap_once()
    found = await counted(db, alice, vendors)
    assert [(row["estimated"], row["ended"]) for row in found] == [(False, None), (True, "lost")]


async def test_a_model_without_a_price_is_not_asked(alice, vendors, db, monkeypatch):
    nameless = replace(MODELS["claude-sonnet-5-5"], id="claude-of-tomorrow", label="Tomorrow")
    monkeypatch.setitem(MODELS, nameless.id, nameless)
    started = await turns.send(alice.id, None, "Hello", wish(model=nameless.id))
    state = await ended(alice, started)
    assert state.status == "failed"
    assert "claude-of-tomorrow of Anthropic has no known price" in state.end["error"]
    assert [seen for seen in vendors.requests if seen.model == nameless.id] == []
    assert await counted(db, alice, vendors) == []
    model_choice._provider.cache_clear()


async def test_behind_a_custom_address_an_unknown_model_is_not_asked_either(
    alice, vendors, db, monkeypatch
):
    monkeypatch.setenv("DEFAULT_MODEL", "llama-at-home")
    forget_choices()
    await ask(alice, "Hello")
    found = await counted(db, alice, vendors)
    assert "llama-at-home" not in {row["model"] for row in found}
    assert all(row["cost"] > 0 for row in found)
