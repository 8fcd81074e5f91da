"""The stored form of messages: what the page shows and what a model reads of it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.arguments import DEEPEST
from assistant.agent.types import (
    Message,
    Replay,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    VendorSearch,
)
from assistant.services.contents import (
    CUT_OFF,
    NOT_RUN,
    TOO_DEEP,
    clean,
    dump,
    history,
    load,
    read,
    shown,
    words,
)

SEAL = {"model": "m", "payload": {"signature": "s"}}


def tool(call_id="c", state="done", step=0, result="2"):
    return {
        "type": "tool",
        "id": call_id,
        "name": "calculator",
        "label": "Calculated",
        "state": state,
        "arguments": {"expression": "1+1"},
        "result": result,
        "seconds": 0.1,
        "step": step,
    }


def text(said, **more):
    return {"type": "text", "text": said, **more}


CALL = ToolCall("c", "calculator", {"expression": "1+1"})
RESULT = ToolResult("c", "calculator", "2")

any_text = st.text(st.characters(codec=None), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | any_text | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=5,
)


@given(values)
def test_the_stored_form_is_text_for_any_value(value):
    stored = dump(value)
    assert "\n" not in stored
    assert stored.encode().decode() == stored
    if clean(json.dumps(value, ensure_ascii=False)) == json.dumps(value, ensure_ascii=False):
        assert read(stored, []) == value


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_does_not_have_is_not_stored(number):
    with pytest.raises(ValueError, match="JSON"):
        dump([number])


def test_what_was_stored_before_that_is_read_with_nothing_in_its_place():
    old = tool() | {"arguments": {"a": [float("nan"), float("inf"), -float("inf"), 1.5]}}
    (part,) = load(json.dumps([old]))
    assert part == tool() | {"arguments": {"a": [None, None, None, 1.5]}}
    assert load(dump([part])) == [part]


@pytest.mark.parametrize("levels", [DEEPEST + 1, 100_000])
def test_what_is_too_deep_is_left_out_and_the_rest_can_be_shown(levels):
    deep = '{"a":' * levels + "1" + "}" * levels
    stored = json.dumps([tool()]).replace(json.dumps(tool()["arguments"]), deep)
    (part,) = load(stored)
    assert TOO_DEEP in dump(part)


def test_the_page_gets_no_vendors_blocks_and_words_in_one_piece():
    parts = [text("a", replay=SEAL), text("b"), text(""), tool(), text("c")]
    seen = shown(parts)
    assert seen[0] == text("ab")
    assert "replay" not in str(seen)
    assert "step" not in seen[1]
    assert parts[0]["text"] == "a"


def test_a_question_is_one_message():
    assert history("user", words("hello")) == [Message("user", (Text("hello"),))]
    assert history("user", [tool(), *words("hello")]) == history("user", words("hello"))


def test_a_reply_with_tools_is_read_request_by_request():
    parts = [text("Let me see."), tool(), text("And: "), tool(step=1), text("So.")]
    assert history("assistant", parts) == [
        Message("assistant", (Text("Let me see."), CALL)),
        Message("tool", (RESULT,)),
        Message("assistant", (Text("And: "), CALL)),
        Message("tool", (RESULT,)),
        Message("assistant", (Text("So."),)),
    ]


def test_two_calls_of_one_request_stay_together_and_those_of_two_do_not():
    both = history("assistant", [tool("a"), tool("b")])
    assert [message.role for message in both] == ["assistant", "tool"]
    assert len(both[1].parts) == 2
    apart = history("assistant", [tool("a"), tool("b", step=1)])
    assert [message.role for message in apart] == ["assistant", "tool"] * 2


def test_seals_come_back_as_their_vendor_gave_them():
    thinking = {"type": "thinking", "text": "hm", "replay": SEAL}
    (said,) = history("assistant", [thinking, text("a")])
    assert said.parts == (Thinking("hm", Replay("m", {"signature": "s"})), Text("a"))


def test_a_call_without_a_result_has_an_error_for_one():
    for state, said in (("writing", NOT_RUN), ("running", CUT_OFF), ("failed", NOT_RUN)):
        _, results = history("assistant", [tool(state=state, result="")])
        assert results.parts == (ToolResult("c", "calculator", said, is_error=True),)


def test_nothing_said_is_no_message():
    assert history("assistant", []) == []
    assert history("assistant", [{"type": "continued", "model": "M"}]) == []


def test_a_vendors_own_search_is_read_again_where_it_stood():
    search = tool("s", result="1. Tea", step=1) | {
        "vendor": True, "untrusted": True, "replay": SEAL,
    }  # fmt: skip
    parts = [tool("c"), text("Hm."), search, text("Tea."), tool("d", step=1)]
    seal = Replay("m", {"signature": "s"})
    call = ToolCall("s", "calculator", {"expression": "1+1"}, seal)
    found = ToolResult("s", "calculator", "1. Tea", untrusted=True)
    assert history("assistant", parts) == [
        Message("assistant", (CALL,)),
        Message("tool", (RESULT,)),
        Message(
            "assistant",
            (Text("Hm."), VendorSearch(call, found, 0.1), Text("Tea."), replace(CALL, id="d")),
        ),
        Message("tool", (replace(RESULT, call_id="d"),)),
    ]
    assert "vendor" not in shown(parts)[2]
