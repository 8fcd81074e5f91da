"""A reply as it grows: what is stored, what the page is told, and where it can be cut."""

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.acts import Effect
from assistant.agent.tools.calculator import calculator
from assistant.agent.types import (
    Continued,
    Message,
    MessageDone,
    Replay,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolFinished,
    ToolResult,
    ToolStarted,
    Usage,
    VendorSearch,
)
from assistant.connectors.mcp_server import Offered
from assistant.connectors.mcp_tools import tool_of
from assistant.services.call_rows import id_of
from assistant.services.contents import CUT_OFF, NOT_RUN, shown
from assistant.services.reply import Reply, applied
from tests.agent.streams import act
from tests.services.talk import _change, text_of

TURN = UUID(int=7)
CALL = ToolCall("c", "calculator", {"expression": "1+1"})


def reply() -> Reply:
    grown = Reply(
        lambda model: f"Model {model}", lambda asked: {"id": asked.call.id}, partial(id_of, TURN)
    )
    grown.know([calculator])
    return grown


def done(*parts, stop="end") -> MessageDone:
    return MessageDone(Message("assistant", parts), Usage("p", "m"), stop)


def told(events) -> tuple[Reply, list]:
    """The reply after the events, and the parts of a page that follows the changes."""
    grown, page = reply(), []
    for event in events:
        if (change := grown.take(event)) is not None:
            _change(page, *change)
    return grown, page


deltas = st.lists(st.builds(TextDelta, st.text(max_size=8)) | st.builds(ThinkingDelta, st.text()))


@given(deltas)
def test_the_page_that_follows_shows_what_is_stored(events):
    grown, page = told(events)
    assert page == shown(grown.parts)
    assert grown.characters == len(text_of(page))
    assert grown.size == sum(len(part["text"]) for part in page)


@given(deltas, st.integers(0, 50))
def test_a_cut_reply_is_the_beginning_of_the_whole(events, characters):
    grown, page = told(events)
    whole, thoughts = text_of(page), [part for part in page if part["type"] == "thinking"]
    grown.cut(characters)
    assert text_of(grown.parts) == whole[:characters]
    assert grown.characters == min(characters, len(whole))
    assert [part for part in grown.parts if part["type"] == "thinking"] == thoughts


def test_a_call_is_shown_while_it_is_written_runs_and_ends():
    events = [
        TextDelta("See: "),
        ToolCallDelta("c", "calculator", ""),
        ToolCallDelta("c", "calculator", '{"expression"'),
        done(Text("See: "), CALL, stop="tools"),
        ToolStarted(CALL, act()),
        ToolFinished(CALL, ToolResult("c", "calculator", "2"), 0.123),
        TextDelta("Two."),
        done(Text("Two.")),
    ]
    states = [told(events[:n])[1][-1].get("state") for n in range(2, 7)]
    assert states == ["writing", "writing", "writing", "running", "done"]
    grown, page = told(events)
    assert page == shown(grown.parts)
    assert [part["type"] for part in page] == ["text", "tool", "text"]
    assert (page[1]["result"], page[1]["seconds"]) == ("2", 0.12)
    assert (page[1]["called"], page[1]["label"]) == ("calculator", "Calculated")


@pytest.mark.parametrize(
    ("rule", "state"), [("off", "denied"), ("", "denied"), ("reads only", "failed")]
)
def test_what_no_rule_lets_run_is_denied_and_what_does_not_work_has_failed(rule, state):
    result = ToolResult("c", "calculator", "No.", is_error=True)
    asked = ToolFinished(CALL, result, 0.0, replace(act(), rule=rule))
    assert told([done(CALL, stop="tools"), asked])[1][-1]["state"] == state


def test_only_what_can_be_taken_back_has_the_id_by_which_the_log_knows_it():
    results = [ToolFinished(CALL, ToolResult("c", "x", "2"), 0.1, undo=each) for each in (None, {})]
    grown, _ = told([done(CALL), results[0], done(CALL), results[1]])
    first, second = grown.parts
    assert "execution" not in first
    assert second["execution"] == str(id_of(TURN, 1))


def test_a_tool_of_a_server_is_called_as_people_know_it():
    adds = Offered("add", "Adds.", {})
    grown = reply()
    grown.know([tool_of("sums", "localhost", adds, Effect.READ, lambda name, given: None)])
    grown.take(ToolCallDelta("c", "sums__add", ""))
    (part,) = grown.parts
    assert (part["called"], part["label"]) == ("sums: add", "Used sums: add")


def test_a_later_request_may_use_the_id_of_a_call_again():
    once = [
        ToolCallDelta("c", "calculator", "{}"),
        done(CALL, stop="tools"),
        ToolStarted(CALL, act()),
        ToolFinished(CALL, ToolResult("c", "calculator", "2"), 0.1),
    ]
    parts = told(once * 2)[0].parts
    assert [part["state"] for part in parts] == ["done", "done"]
    assert [part["step"] for part in parts] == [0, 1]


def test_what_a_vendor_wants_back_is_stored_and_not_shown():
    seal = Replay("m", {"signature": "s"})
    grown, _ = told([ThinkingDelta("hm"), done(Thinking("hm", seal), Text("Yes."))])
    assert grown.parts[0]["replay"] == {"model": "m", "payload": {"signature": "s"}}
    assert "replay" not in shown(grown.parts)[0]


def test_a_continued_reply_says_who_went_on_and_keeps_both_halves():
    events = [TextDelta("one "), Continued("p", "m2"), TextDelta("two"), done(Text("one two"))]
    grown, page = told(events)
    assert page == [
        {"type": "text", "text": "one "},
        {"type": "continued", "model": "Model m2"},
        {"type": "text", "text": "two"},
    ]
    assert shown(grown.parts) == page
    assert text_of(page) == "one two"


def test_calls_that_never_ran_say_so_at_the_end():
    call = ToolCall("c", "calculator", {})
    for events, said in (([], NOT_RUN), ([ToolStarted(call, act())], CUT_OFF)):
        grown, _ = told([ToolCallDelta("c", "calculator", ""), *events])
        grown.close()
        assert (grown.parts[0]["state"], grown.parts[0]["result"]) == ("failed", said)


def test_a_cut_keeps_the_tools_that_ran():
    grown, _ = told(
        [TextDelta("See: "), done(CALL), ToolFinished(CALL, ToolResult("c", "x", "2"), 0.1)]
    )
    grown.cut(0)
    assert [part["type"] for part in grown.parts] == ["tool"]


@pytest.mark.parametrize("half", ["\x00", "\ud83d"])
def test_what_no_text_can_hold_becomes_the_replacement_sign(half):
    assert told([TextDelta(f"a{half}b")])[1] == [{"type": "text", "text": "a\ufffdb"}]


def test_a_model_cannot_say_a_result():
    with pytest.raises(TypeError):
        reply().take(done(ToolResult("c", "calculator", "2")))


def test_the_page_that_follows_shows_calls_with_one_id_as_they_are_stored():
    once = [
        ToolCallDelta("c", "calculator", "{}"),
        done(CALL, stop="tools"),
        ToolStarted(CALL, act()),
        ToolFinished(CALL, ToolResult("c", "calculator", "2"), 0.1),
    ]
    grown, page = reply(), []
    for event in once * 2:
        if (change := grown.take(event)) is not None:
            applied(page, change)
    assert page == shown(grown.parts)
    assert len(page) == 2


def test_whatever_changes_is_counted_as_a_change():
    grown, counts = reply(), [0]
    events = [TextDelta("a"), ToolCallDelta("c", "calculator", ""), done(Text("a"), CALL)]
    events += [
        ToolStarted(CALL, act()),
        ToolFinished(CALL, ToolResult("c", "calculator", "2"), 0.1),
    ]
    for event in events:
        grown.take(event)
        counts.append(grown.changes)
    assert counts == sorted(set(counts))
    grown.take(ThinkingDelta(""))
    assert grown.changes == counts[-1]


SEARCH = ToolCall("s", "web_search", {"query": "tea"})
FOUND = ToolResult("s", "web_search", "1. Tea", untrusted=True)


def searched(seal=None):
    """A vendor's search from its beginning to its end."""
    begun, call = VendorSearch(SEARCH), ToolCall("s", "web_search", {"query": "tea"}, seal)
    over = VendorSearch(call, FOUND, 1.5)
    return begun, ToolStarted(SEARCH, act()), over, ToolFinished(call, FOUND, 1.5, act())


def test_a_search_of_the_vendor_is_kept_with_its_block_in_its_place():
    seal = Replay("m", {"id": "s"})
    begun, started, over, finished = searched(seal)
    last = done(Text("Hm."), over, Text("Tea."))
    events = [TextDelta("Hm."), begun, started, over, finished, TextDelta("Tea."), last]
    grown, page = told(events)
    assert page == shown(grown.parts)
    search = grown.parts[1]
    assert (search["vendor"], search["state"], search["untrusted"]) == (True, "done", True)
    assert search["replay"] == {"model": "m", "payload": {"id": "s"}}


def test_what_stands_behind_a_search_that_was_cut_off_may_be_others_words():
    begun, started, *_ = searched()
    grown, _ = told([begun, started])
    grown.close()
    assert (grown.parts[0]["untrusted"], grown.parts[0]["state"]) == (True, "failed")
    failed = VendorSearch(SEARCH, ToolResult("s", "web_search", "No.", is_error=True))
    grown, _ = told([begun, started, failed])
    assert grown.parts[0]["untrusted"] is False


def test_a_search_that_turns_out_to_be_a_page_is_called_so():
    page = ToolCall("s", "web_fetch", {"url": "https://tea.example"})
    grown, _ = told([VendorSearch(SEARCH), VendorSearch(page, FOUND)])
    assert [part["name"] for part in grown.parts] == ["web_fetch"]
