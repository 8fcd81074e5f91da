"""Half symbols become whole ones, or a sign that can be sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.acts import Source
from assistant.agent.providers.surrogates import whole, whole_event, whole_part
from assistant.agent.types import (
    MessageDone,
    Part,
    Replay,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    VendorSearch,
)
from tests.agent.streams import done

BROKEN, MENDED = "é\ud83d!", "é\ufffd!"
SEAL = Replay("m", {BROKEN: [BROKEN, 1, None, {"a": BROKEN}], "b": 1.5})
MENDED_SEAL = Replay("m", {MENDED: [MENDED, 1, None, {"a": MENDED}], "b": 1.5})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain\x00 \ufeff", "plain\x00 \ufeff"),
        ("\ufeffé 😀", "\ufeffé 😀"),
        ("\ud83d\ude00", "😀"),
        ("a\ud83db", "a\ufffdb"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ud83d\ude00", "\ufffd😀"),
    ],
    ids=ascii,
)
def test_halves_that_fit_become_one_symbol_and_others_a_sign(text: str, expected: str) -> None:
    assert whole(text) == expected


@given(st.text(st.characters(codec=None)))
def test_whole_text_can_be_encoded_and_is_left_alone(text: str) -> None:
    mended = whole(text)
    assert mended.encode().decode() == mended == whole(mended)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Text(BROKEN, SEAL), Text(MENDED, MENDED_SEAL)),
        (Thinking(BROKEN), Thinking(MENDED)),
        (
            ToolCall(BROKEN, BROKEN, {BROKEN: [BROKEN, True]}, SEAL),
            ToolCall(MENDED, MENDED, {MENDED: [MENDED, True]}, MENDED_SEAL),
        ),
        (ToolResult("c", "t", "r"), ToolResult("c", "t", "r")),
    ],
    ids=["text", "thinking", "call", "result"],
)
def test_all_of_a_part_that_goes_back_is_whole(part: Part, expected: Part) -> None:
    assert whole_part(part) == expected
    assert json.dumps(repr(whole_part(part)), ensure_ascii=False).encode()


def test_what_is_told_meanwhile_is_whole_too() -> None:
    assert whole_event(TextDelta(BROKEN)) == TextDelta(MENDED)
    assert whole_event(ThinkingDelta(BROKEN)) == ThinkingDelta(MENDED)
    assert whole_event(ToolCallDelta(BROKEN, BROKEN, BROKEN)) == ToolCallDelta(*[MENDED] * 3)
    last = done(Text("a"))
    assert isinstance(last, MessageDone)
    assert whole_event(last) is last


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_does_not_have_is_none_in_what_goes_back(number: float) -> None:
    part = whole_part(Thinking("", Replay("m", {"a": [number, 1.5]})))
    assert part == Thinking("", Replay("m", {"a": [None, 1.5]}))


def test_a_search_is_mended_as_an_event_and_as_a_part() -> None:
    def search(text: str, seal: Replay) -> VendorSearch:
        sources = (Source(text, text),)
        found = ToolResult(text, "web_search", text, untrusted=True, sources=sources)
        return VendorSearch(ToolCall(text, "web_search", {"query": text}, seal), found, 1.5)

    for mended in (whole_event, whole_part):
        assert mended(search(BROKEN, SEAL)) == search(MENDED, MENDED_SEAL)
    begun = VendorSearch(ToolCall("s", "web_search", {}))
    assert whole_event(begun) == begun
