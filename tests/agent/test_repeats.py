"""When a failing call counts as asked for too often."""

from assistant.agent.repeats import STOP_ASKING, TIMES, Repeats
from assistant.agent.types import ToolCall, ToolFinished, ToolResult

CALL = ToolCall("1", "look", {"at": "x"})
OTHER = ToolCall("2", "look", {"at": "y"})


def failed(call: ToolCall, why: str = "No.") -> ToolFinished:
    return ToolFinished(call, ToolResult(call.id, call.name, why, is_error=True), 0)


def worked(call: ToolCall) -> ToolFinished:
    return ToolFinished(call, ToolResult(call.id, call.name, "Yes."), 0)


def after(*results: ToolFinished) -> Repeats:
    repeats = Repeats()
    for result in results:
        repeats.note([result])
    return repeats


def test_the_same_failure_three_times_in_a_row_forbids_the_call() -> None:
    assert not after(*[failed(CALL)] * (TIMES - 1)).forbids(CALL)
    assert after(*[failed(CALL)] * TIMES).forbids(CALL)


def test_another_call_is_still_welcome() -> None:
    assert not after(*[failed(CALL)] * TIMES).forbids(OTHER)


def test_a_new_reason_or_another_call_between_begins_the_count_anew() -> None:
    assert not after(failed(CALL), failed(CALL), failed(CALL, "Busy.")).forbids(CALL)
    assert not after(failed(CALL), failed(CALL), failed(OTHER), failed(CALL)).forbids(CALL)


def test_a_call_that_works_may_be_repeated() -> None:
    assert not after(*[worked(CALL)] * 10).forbids(CALL)


def test_the_warning_is_given_once_for_a_reply_and_then_counts_as_ignored() -> None:
    repeats = after(*[failed(CALL)] * TIMES)
    repeats.note([failed(CALL, STOP_ASKING), failed(CALL, STOP_ASKING)])
    assert not repeats.ignored
    repeats.note([failed(CALL, STOP_ASKING)])
    assert repeats.ignored
