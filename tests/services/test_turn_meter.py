"""What a turn's requests amount to, also those whose end nobody told."""

from dataclasses import replace

import pytest

from assistant.agent.types import (
    Asked,
    Continued,
    Message,
    MessageDone,
    ProviderFailed,
    Sent,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolFinished,
    ToolResult,
    Usage,
    VendorSearch,
)
from assistant.agent.vendor_search import broken_off
from assistant.services import turn_run, turns
from assistant.services.turn_meter import Meter
from tests.services.talk import ended, eventually, rows, say, until_entry
from tests.vendors import Say, Script, Think

USAGE = Usage("anthropic", "m", 10, 5)
DONE = MessageDone(Message("assistant", (Text("a"),)), USAGE, "end")
SENT = Sent(left=True)
BEGUN = Asked("anthropic", "m", 10, SENT)
OTHER = Asked("openai", "o", 20, SENT)
FINISHED = ToolFinished(ToolCall("c", "t", {}), ToolResult("c", "t", "2"), 0.1)


def metered(*events) -> Meter:
    meter = Meter("m")
    for event in events:
        meter.note(event)
    meter.close()
    return meter


@pytest.mark.parametrize(
    ("events", "booked"),
    [
        ((), 0),
        ((BEGUN, TextDelta("abc"), DONE), 1),
        ((BEGUN, TextDelta("abc")), 1),
        ((BEGUN, ThinkingDelta("")), 1),
        ((BEGUN,), 1),
        ((Asked("anthropic", "m"),), 0),
        ((BEGUN, DONE), 1),
        ((BEGUN, DONE, FINISHED, BEGUN), 2),
        ((BEGUN, ProviderFailed("anthropic", "m", "cut", USAGE)), 1),
        ((BEGUN, TextDelta("abc"), DONE, FINISHED, BEGUN, TextDelta("more")), 2),
        ((BEGUN, TextDelta("abc"), DONE, FINISHED), 1),
        ((BEGUN, ProviderFailed("anthropic", "m", "down", None), OTHER, TextDelta("a"), DONE), 1),
        ((BEGUN, TextDelta("a"), ProviderFailed("anthropic", "m", "cut", USAGE), OTHER, DONE), 2),
    ],
)
def test_each_request_is_booked_once(events, booked):
    assert len(metered(*events).requests.usages) == booked


def test_a_request_that_was_cut_off_is_estimated_at_the_vendor_that_wrote():
    meter = metered(
        BEGUN,
        ProviderFailed("anthropic", "m", "cut", USAGE),
        OTHER,
        Continued("openai", "o"),
        TextDelta("abcd"),
    )
    last = meter.requests.usages[-1]
    assert (last.provider, last.model, last.estimated) == ("openai", "o", True)
    assert last.output_tokens == 2
    assert last.input_tokens > 0


def test_a_request_of_one_that_stood_in_is_estimated_there_when_it_is_cut_off():
    down = ProviderFailed("anthropic", "m", "down", None)
    meter = metered(BEGUN, down, OTHER, TextDelta("abcd"))
    (usage,) = meter.requests.usages
    assert (usage.provider, usage.model, usage.estimated) == ("openai", "o", True)


def test_a_request_that_was_cut_off_in_hidden_thought_has_read_all_there_was():
    (cut,) = metered(BEGUN, ThinkingDelta("")).requests.usages
    assert (cut.input_tokens, cut.output_tokens, cut.estimated, cut.ended) == (10, 0, True, "left")


def test_of_a_request_that_was_cut_off_the_vendors_own_figures_count():
    told = Usage("anthropic", "m", 1_000, 7, cache_read_tokens=50, estimated=True)
    begun = Asked("anthropic", "m", 10, Sent(left=True, so_far=lambda: told))
    assert metered(begun, TextDelta("a")).requests.usages == [replace(told, ended="left")]


@pytest.mark.parametrize(
    ("events", "author"),
    [
        ((), "m"),
        ((BEGUN, TextDelta("abc"), DONE), "m"),
        ((OTHER, TextDelta("abc"), DONE), "o"),
        ((OTHER, DONE), "o"),
        ((OTHER, TextDelta("a"), Continued("google", "g"), TextDelta("b")), "g"),
        ((BEGUN, TextDelta("a"), OTHER, ThinkingDelta("hm")), "m"),
        ((OTHER, ToolCallDelta("1", "t", "{}"), DONE, FINISHED, BEGUN, TextDelta("b")), "m"),
    ],
)
def test_whose_words_are_the_last_is_known(events, author):
    assert metered(*events).author == author


def test_who_answers_again_after_another_stood_in_is_booked_when_it_is_cut_off():
    cut = metered(OTHER, TextDelta("a"), DONE, FINISHED, BEGUN, TextDelta("b"))
    assert [(each.provider, each.estimated) for each in cut.requests.usages] == [
        ("anthropic", False),
        ("anthropic", True),
    ]


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


async def test_an_answer_that_was_stopped_in_hidden_thought_is_booked(alice, vendors, db):
    vendors.then("anthropic", Script((Think(("", "")), Say(("So.",))), gap_seconds=60))
    started = await say(alice, "think")
    await vendors.until(lambda stats: stats.open == 1)
    running = turn_run._running[started.turn_id]

    async def begun():
        return running.meter.requests.made[-1].sent.left

    await eventually(begun)
    await turns.stop(alice.id, started.turn_id, 0)
    assert (await ended(alice, started)).parts == []
    (row,) = await rows(db, "select * from usage_logs where user_id = $1", alice.id)
    assert (row["model"], row["estimated"], row["output_tokens"]) == ("claude-sonnet-5-5", True, 1)
    assert row["input_tokens"] > 0


CALL = ToolCall("s", "web_search", {"query": "tea"})
FOUND = ToolResult("s", "web_search", "1. Tea", untrusted=True)
SEARCHED = (VendorSearch(CALL), VendorSearch(CALL, FOUND), ToolFinished(CALL, FOUND, 1.5))


def test_a_search_of_a_request_that_was_cut_off_is_paid_once():
    cut = metered(BEGUN, *SEARCHED, TextDelta("Tea"))
    assert [usage.searches for usage in cut.requests.usages] == [1]
    assert [call.result for call in cut.calls] == [FOUND]
    ended = metered(BEGUN, *SEARCHED, DONE, BEGUN, TextDelta("More"))
    assert [usage.searches for usage in ended.requests.usages] == [
        0,
        0,
    ]  # the vendor's own figure counts


def test_a_search_that_was_cut_off_itself_is_booked_all_the_same():
    cut = metered(BEGUN, SEARCHED[0])
    assert [usage.searches for usage in cut.requests.usages] == [1]
    assert cut.calls == [broken_off(CALL)]
