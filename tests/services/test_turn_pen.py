"""The pen gathers words for a moment, numbers what it writes, and knows what was seen."""

import json
from functools import partial
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.agent.types import (
    Message,
    MessageDone,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolFinished,
    ToolResult,
    ToolStarted,
    Usage,
)
from assistant.errors import CeilingReached
from assistant.services import turn_pen
from assistant.services.call_rows import id_of
from assistant.services.contents import shown
from assistant.services.reply import Reply
from assistant.services.turn_end import Outcome
from assistant.services.turn_log import Log
from assistant.services.turn_pen import Pen
from assistant.vault import Vault
from tests.agent.streams import act
from tests.services.talk import end_of, eventually, parts_from, text_of

CALL = ToolCall("c", "calculator", {})


@pytest.fixture
async def pen(monkeypatch) -> Pen:
    monkeypatch.setattr(turn_pen, "GATHER_SECONDS", 0.02)
    log = Log(uuid4(), Vault(uuid4(), {1: AESGCM(AESGCM.generate_key(256))}, b""))
    return Pen(Reply(str, lambda asked: {}, partial(id_of, uuid4())), log)


async def written(pen: Pen, number: int):
    async def reached():
        return len(pen._log.entries) >= number

    await eventually(reached)
    return pen._log.entries


async def test_words_that_come_together_are_one_entry(pen):
    for word in ("a ", "b ", "c "):
        pen.take(TextDelta(word))
    pen.flush()
    assert "".join(json.loads(e.data) for e in pen._log.entries) == "a b c "
    assert len(pen._log.entries) <= 2


async def test_the_first_words_are_written_at_once(pen):
    pen.take(TextDelta("a "))
    pen.take(TextDelta("b "))
    pen.take(TextDelta("c "))
    assert [json.loads(e.data) for e in pen._log.entries] == ["a "]
    pen.flush()
    assert [json.loads(e.data) for e in pen._log.entries] == ["a ", "b c "]


async def test_what_is_gathered_is_written_by_itself(pen):
    pen.take(TextDelta("a "))
    pen.take(TextDelta("b "))
    await written(pen, 1)

    async def all_there():
        return text_of(parts_from(pen._log.entries)) == "a b "

    assert await eventually(all_there)


async def test_thinking_words_and_tools_keep_their_order(pen):
    for event in (ThinkingDelta("hm"), TextDelta("a"), ToolStarted(CALL, act()), TextDelta("b")):
        pen.take(event)
    pen.flush()
    kinds = [part["type"] for part in parts_from(pen._log.entries)]
    assert kinds == ["thinking", "text", "tool", "text"]
    assert [e.number for e in pen._log.entries] == list(range(1, len(pen._log.entries) + 1))


@pytest.mark.parametrize("seen", [0, 1, 2, 3, 9])
async def test_what_was_not_seen_is_dropped_and_a_snapshot_says_what_stays(pen, seen):
    for word in ("a ", "b ", "c "):
        pen.take(TextDelta(word))
        pen.flush()
    pen.take(TextDelta("only gathered"))
    pen.drop_unseen(seen)
    pen.close(Outcome("stopped", model="Model m"), "message")
    kept = "a b c "[: 2 * min(seen, 3)]
    assert text_of(pen.reply.parts) == kept
    assert text_of(parts_from(pen._log.entries)) == kept
    assert end_of(pen._log.entries)["status"] == "stopped"


async def test_an_answer_that_is_done_needs_no_snapshot(pen):
    pen.take(TextDelta("a"))
    pen.flush()
    pen.close(Outcome("done", notice="notice", model="Model m"), "message")
    assert [entry.kind for entry in pen._log.entries] == ["", "end"]
    assert end_of(pen._log.entries) == {
        "status": "done",
        "error": "",
        "notice": "notice",
        "model": "Model m",
        "message": "message",
    }


async def test_an_answer_without_end_is_ended(pen, monkeypatch):
    monkeypatch.setattr(turn_pen, "REPLY_CHARACTERS", 10)
    pen.take(TextDelta("x" * 11))
    pen.flush()
    with pytest.raises(CeilingReached):
        pen.take(TextDelta("y"))


async def test_a_tool_that_is_answered_needs_no_snapshot(pen):
    said = MessageDone(Message("assistant", (Text("a"), CALL)), Usage("p", "m"), "tools")
    result = ToolFinished(CALL, ToolResult("c", "calculator", "2"), 0.1)
    for event in (TextDelta("a"), ToolCallDelta("c", "calculator", ""), said, result):
        pen.take(event)
    pen.close(Outcome("done", model="Model m"), "message")
    assert "snapshot" not in [entry.kind for entry in pen._log.entries]
    assert parts_from(pen._log.entries) == shown(pen.reply.parts)


async def test_words_that_the_model_takes_back_leave_the_page_at_once(pen):
    pen.take(ThinkingDelta("of one that failed"))
    pen.flush()
    pen.take(MessageDone(Message("assistant", (Text("a"),)), Usage("p", "m"), "end"))
    assert parts_from(pen._log.entries) == [{"type": "text", "text": "a"}]
