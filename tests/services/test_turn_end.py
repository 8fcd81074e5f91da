"""The end of a turn: all of it is stored, or nothing."""

import asyncio
import json

import pytest

from assistant.agent.types import (
    Asked,
    Message,
    MessageDone,
    Text,
    ToolCall,
    ToolFinished,
    ToolResult,
    Usage,
)
from assistant.database import user_session
from assistant.services import contents, leases, messages
from assistant.services.keys import vault_in
from assistant.services.turn_end import Outcome, write_end
from assistant.services.turn_meter import Meter
from tests.conftest import away
from tests.services.talk import rows

PARTS = contents.words("Forty-two.")
USAGE = Usage("anthropic", "claude-sonnet-5-5", 10, 5)
ASKED = Asked("anthropic", "claude-sonnet-5-5")
DONE = MessageDone(Message("assistant", (Text("Forty-two."),)), USAGE, "end")
CALL = ToolCall("c\x00", "calculator", {"expression": "6*7"})
RAN = ToolFinished(CALL, ToolResult("c", "calculator", "42\x00"), 0.25)
REFUSED = ToolResult("d", "no_such", "There is no such tool.", is_error=True)
FAILED = ToolFinished(ToolCall("d", "no_such", {}), REFUSED, 0.0)


@pytest.fixture
async def vault(alice):
    async with user_session(alice.id) as session:
        return await vault_in(session)


def metered(*events) -> Meter:
    meter = Meter("claude-sonnet-5-5")
    for event in events:
        meter.note(event)
    return meter


async def stored(db, grip, table="messages", key="id", value=None):
    found = await rows(db, f"select * from {table} where {key} = $1", value or grip.reply_id)  # noqa: S608
    return [{**row, "metadata": json.loads(row.get("metadata", "{}"))} for row in found]


async def test_reply_turn_usage_and_calls_are_written_together(grip, vault, db):
    outcome = Outcome("failed", "It broke.", "Slow today.", "Claude")
    assert await write_end(grip, PARTS, outcome, metered(ASKED, DONE, RAN, FAILED), vault)
    (reply,) = await stored(db, grip)
    assert messages.opened(grip.reply_id, reply["content"], vault) == PARTS
    assert (reply["status"], reply["error"], reply["model"]) == ("failed", "It broke.", "Claude")
    assert reply["metadata"] == {"notice": "Slow today."}
    (turn,) = await stored(db, grip, "turns", value=grip.turn_id)
    assert turn["status"] == "failed"
    assert turn["ended_at"] == reply["ended_at"]
    (usage,) = await stored(db, grip, "usage_logs", "turn_id", grip.turn_id)
    assert (usage["input_tokens"], usage["purpose"]) == (10, "answer")


async def test_each_call_is_recorded_clean_and_sealed(grip, vault, db):
    assert await write_end(grip, PARTS, Outcome(), metered(RAN, FAILED), vault)
    calls = await stored(db, grip, "tool_executions", "turn_id", grip.turn_id)
    ran, failed = sorted(calls, key=lambda row: row["call_id"])
    assert (ran["call_id"], ran["tool"], ran["status"]) == ("c\ufffd", "calculator", "done")
    assert (failed["tool"], failed["status"], failed["effect"]) == ("no_such", "failed", "read")
    said = vault.open("tool_executions.input", ran["id"], ran["input"])
    assert json.loads(said) == [{"expression": "6*7"}]
    assert vault.open("tool_executions.output", ran["id"], ran["output"]) == "42\ufffd"


@pytest.mark.parametrize(
    ("notice", "after"),
    [
        ("", {"notice": "first", "kept": 1}),
        ("second", {"notice": "second", "kept": 1}),
    ],
)
async def test_what_the_details_of_the_reply_hold_already_stays(notice, after, grip, vault, db):
    before = json.dumps({"notice": "first", "kept": 1})
    await rows(db, "update messages set metadata = $2 where id = $1", grip.reply_id, before)
    assert await write_end(grip, PARTS, Outcome(notice=notice), metered(), vault)
    (reply,) = await stored(db, grip)
    assert reply["metadata"] == after


async def test_a_turn_is_closed_once(grip, vault, db):
    assert await write_end(grip, PARTS, Outcome(), metered(ASKED, DONE, RAN), vault)
    late = contents.words("Something else.")
    assert not await write_end(grip, late, Outcome("failed"), metered(ASKED, DONE, RAN), vault)
    (reply,) = await stored(db, grip)
    assert messages.opened(grip.reply_id, reply["content"], vault) == PARTS
    for table in ("usage_logs", "tool_executions"):
        assert len(await stored(db, grip, table, "turn_id", grip.turn_id)) == 1


async def test_a_late_worker_cannot_write_behind_the_reaper(alice, grip, vault, db):
    await rows(db, "update turns set lease_until = now() - interval '1 s' where id = $1",
               grip.turn_id)  # fmt: skip
    assert await leases.reap(grip.turn_id, alice.id)
    assert not await write_end(grip, PARTS, Outcome(), metered(ASKED, DONE, RAN), vault)
    (reply,) = await stored(db, grip)
    assert (reply["status"], reply["content"]) == ("interrupted", None)
    for table in ("usage_logs", "tool_executions"):
        assert await stored(db, grip, table, "turn_id", grip.turn_id) == []


async def test_a_database_that_is_away_is_waited_for(grip, vault, db, postgres):
    async with away(postgres, db):
        ending = asyncio.create_task(write_end(grip, PARTS, Outcome(), metered(ASKED, DONE), vault))
        await asyncio.sleep(0.2)
        assert not ending.done()
    assert await ending
    assert (await stored(db, grip))[0]["status"] == "done"
    assert len(await stored(db, grip, "usage_logs", "turn_id", grip.turn_id)) == 1
