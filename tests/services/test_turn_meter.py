"""What a turn's requests amount to, also those whose end nobody told."""

import pytest

from assistant.agent.types import (
    Answering,
    Continued,
    Message,
    MessageDone,
    ProviderFailed,
    Text,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolResult,
    Usage,
)
from assistant.services import turns
from assistant.services.turn_meter import Meter
from tests.services.talk import ended, eventually, rows, say, until_entry

USAGE = Usage("anthropic", "m", 10, 5)
DONE = MessageDone(Message("assistant", (Text("a"),)), USAGE, "end")
FINISHED = ToolFinished(ToolCall("c", "t", {}), ToolResult("c", "t", "2"), 0.1)


def metered(*events) -> Meter:
    meter = Meter("anthropic", "m", (Message("user", (Text("hello"),)),))
    for event in events:
        meter.note(event)
    meter.close()
    return meter


@pytest.mark.parametrize(
    ("events", "booked"),
    [
        ((), 0),
        ((TextDelta("abc"), DONE), 1),
        ((TextDelta("abc"),), 1),
        ((TextDelta("abc"), DONE, FINISHED, TextDelta("more")), 2),
        ((TextDelta("abc"), DONE, FINISHED), 1),
        ((ProviderFailed("anthropic", "m", "down", None), TextDelta("a"), DONE), 1),
        ((TextDelta("a"), ProviderFailed("anthropic", "m", "cut", USAGE), DONE), 2),
    ],
)
def test_each_request_is_booked_once(events, booked):
    assert len(metered(*events).usages) == booked


def test_a_request_that_was_cut_off_is_estimated_at_the_vendor_that_wrote():
    meter = metered(
        ProviderFailed("anthropic", "m", "cut", USAGE), Continued("openai", "o"), TextDelta("abcd")
    )
    last = meter.usages[-1]
    assert (last.provider, last.model, last.estimated) == ("openai", "o", True)
    assert last.output_tokens == 2
    assert last.input_tokens > 0


def test_a_request_of_one_that_stood_in_is_estimated_there_when_it_is_cut_off():
    down = ProviderFailed("anthropic", "m", "down", None)
    meter = metered(down, Answering("openai", "o"), TextDelta("abcd"))
    (usage,) = meter.usages
    assert (usage.provider, usage.model, usage.estimated) == ("openai", "o", True)


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        ((), ("anthropic", "m")),
        ((TextDelta("abc"), DONE), ("anthropic", "m")),
        ((Answering("openai", "o"), TextDelta("abc"), DONE), ("openai", "o")),
        ((Answering("openai", "o"), TextDelta("a"), Continued("google", "g")), ("google", "g")),
    ],
)
def test_who_was_asked_last_is_known(events, asked):
    assert metered(*events).asked == asked


def test_calls_are_kept_in_order():
    assert metered(FINISHED, FINISHED).calls == [FINISHED, FINISHED]


async def test_a_stopped_answer_is_booked(alice, vendors, db):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 3)
    await turns.stop(alice.id, started.turn_id, 3)
    await ended(alice, started)
    (row,) = await eventually(
        lambda: rows(db, "select * from usage_logs where user_id = $1", alice.id)
    )
    assert (row["provider"], row["estimated"]) == ("anthropic", True)
    assert row["cost"] > 0
