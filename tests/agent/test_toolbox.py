"""How the calls of one reply are run."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from assistant.agent.acts import Act, Arguments, Effect, Intent, Target, Tool, ToolContext
from assistant.agent.arguments import UNREADABLE, parsed
from assistant.agent.execution import OUTPUT_CHARACTERS
from assistant.agent.gate import Grant, Permissions
from assistant.agent.toolbox import (
    CALLS_AT_ONCE,
    CALLS_OF_A_REPLY,
    TOO_MANY,
    TURN_CHARACTERS,
)
from assistant.agent.types import ToolAsked, ToolCall, ToolFinished, ToolResult, ToolStarted
from assistant.errors import DatabaseAway, ToolError
from tests.agent.streams import Written, act, all_of, box, done, tool_that, until_error


async def answer(*calls: ToolCall, tools: tuple[Tool, ...], seconds: float = 60):
    toolbox = box(*tools, seconds=seconds)
    return await all_of(toolbox.answer(done(*calls, stop="tools")))


async def result(tool: Tool, name: str = "look", seconds: float = 60) -> ToolResult:
    events = await answer(ToolCall("1", name, {}), tools=(tool,), seconds=seconds)
    assert isinstance(events[-1], ToolFinished)
    return events[-1].result


def call(name: str) -> ToolCall:
    return ToolCall(name, name, {})


async def test_reads_beside_each_other_run_at_once() -> None:
    both = asyncio.Barrier(2)

    async def meets() -> str:
        await both.wait()
        return "met"

    tools = (tool_that(meets, "a"), tool_that(meets, "b"))
    events = await answer(call("a"), call("b"), tools=tools)
    assert events[:2] == [ToolStarted(call("a"), act()), ToolStarted(call("b"), act())]
    assert {event.result.content for event in events[2:]} == {"met"}


async def test_only_so_many_run_at_once() -> None:
    running = most = 0

    async def work() -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(20):
            await asyncio.sleep(0)
        running -= 1
        return "done"

    calls = [ToolCall(str(n), "look", {}) for n in range(CALLS_OF_A_REPLY)]
    events = await answer(*calls, tools=(tool_that(work),))
    results = [event.result for event in events if isinstance(event, ToolFinished)]
    assert [each.content for each in results] == ["done"] * CALLS_OF_A_REPLY
    assert most == CALLS_AT_ONCE


async def test_calls_over_the_most_of_one_reply_are_not_run_and_the_model_is_told() -> None:
    ran = 0

    async def work() -> str:
        nonlocal ran
        ran += 1
        return "done"

    calls = [ToolCall(str(n), "look", {}) for n in range(CALLS_OF_A_REPLY + 3)]
    toolbox = box(tool_that(work))
    await all_of(toolbox.answer(done(*calls, stop="tools")))
    assert ran == CALLS_OF_A_REPLY
    assert [part.call_id for part in toolbox.results.parts] == [call.id for call in calls]
    told = [part.content for part in toolbox.results.parts if part.is_error]
    assert told == [TOO_MANY] * 3


async def test_the_results_of_one_turn_are_bounded_together() -> None:
    toolbox = box(tool_that("x" * OUTPUT_CHARACTERS))
    lengths = []
    for _ in range(TURN_CHARACTERS // OUTPUT_CHARACTERS + 2):
        await all_of(toolbox.answer(done(call("look"), stop="tools")))
        lengths.append(toolbox.results.parts[0].content.count("x"))
    assert sum(lengths) == TURN_CHARACTERS
    assert lengths[-1] == 0
    assert "more characters are not shown" in toolbox.results.parts[0].content


async def test_what_changes_something_runs_alone_and_in_order() -> None:
    running: list[str] = []

    def alone(name: str) -> Tool:
        async def work() -> str:
            running.append(name)
            await asyncio.sleep(0)
            assert running == [name]
            running.remove(name)
            return name

        return tool_that(work, name, Effect.WRITE if name.startswith("w") else Effect.READ)

    names = ("w1", "w2", "r1", "w3")
    events = await answer(*map(call, names), tools=tuple(map(alone, names)))
    order = [(type(event).__name__, event.call.name) for event in events]
    assert order == [(kind, n) for n in names for kind in ("ToolStarted", "ToolFinished")]
    assert not any(event.result.is_error for event in events if isinstance(event, ToolFinished))


async def test_an_unknown_tool_is_refused_with_the_names_of_the_known() -> None:
    refused = await result(tool_that("x"), name="wipe")
    assert refused.is_error
    assert "The tools are: look." in refused.content


async def test_arguments_that_could_not_be_read_are_told_to_the_model_and_not_run() -> None:
    broken = ToolCall("1", "look", parsed('{"a": NaN}'))
    [finished] = await answer(broken, tools=(tool_that("a cat"),))
    assert finished.result == ToolResult("1", "look", UNREADABLE, is_error=True)


async def test_an_error_of_a_tool_is_read_by_the_model() -> None:
    assert await result(tool_that(ToolError("Too far."))) == ToolResult(
        "1", "look", "Too far.", is_error=True
    )


@pytest.mark.parametrize("defect", [RuntimeError("my secret"), TimeoutError("my secret")])
async def test_a_defect_is_logged_without_its_words_and_told_as_a_failure(
    defect: Exception,
) -> None:
    with capture_logs() as logs:
        failed = await result(tool_that(defect))
    assert failed == ToolResult("1", "look", "The tool failed.", is_error=True)
    [entry] = logs
    assert (entry["event"], entry["tool"]) == ("tool_crashed", "look")
    assert entry["error"] == type(defect).__name__
    assert "my secret" not in str(entry)


async def test_a_tool_that_hangs_is_given_up() -> None:
    slow = await result(tool_that(asyncio.Event().wait), seconds=0.01)
    assert slow.is_error
    assert slow.content == "The tool did not answer within 0.01 seconds."


async def test_a_long_output_is_cut_and_says_so() -> None:
    long = (await result(tool_that("x" * (OUTPUT_CHARACTERS + 1234)))).content
    assert long.startswith("x" * OUTPUT_CHARACTERS)
    assert long.endswith("… cut: 1,234 more characters are not shown")


async def test_an_output_that_is_no_unicode_is_mended() -> None:
    assert (await result(tool_that("a\ud800b"))).content == "a?b"


async def test_what_waits_holds_up_nothing_that_is_allowed() -> None:
    tools = (tool_that("x", "send", Effect.SEND), tool_that("seen", "look"))
    toolbox = box(*tools)
    events = await all_of(toolbox.answer(done(call("send"), call("look"), stop="tools")))
    assert events[0] == ToolAsked(call("send"), act(Effect.SEND))
    assert [part.call_id for part in toolbox.results.parts] == ["look"]
    assert toolbox.waits


async def test_what_was_granted_waits_too_so_that_it_can_be_taken_back() -> None:
    send = replace(tool_that("x", "send", Effect.SEND), delay=10.0)
    toolbox = box(send, permitted=Permissions(grants=(Grant("g", "send"),)))
    events = await all_of(toolbox.answer(done(call("send"), stop="tools")))
    assert events == [ToolAsked(call("send"), act(Effect.SEND, "g"), 10.0)]


async def test_a_change_is_written_down_before_it_is_made() -> None:
    journal = Written()

    async def change() -> str:
        return f"after {len(journal.begun)}"

    tools = (tool_that(change, "w", Effect.WRITE), tool_that("seen", "r"))
    toolbox = box(*tools, journal=journal)
    events = await all_of(toolbox.answer(done(call("r"), call("w"), stop="tools")))
    assert events[-1].result.content == "after 1"
    assert journal.begun == [(call("w"), act(Effect.WRITE))]


@pytest.mark.parametrize(("kind", "written"), [("query", 1), ("server", 1), ("note", 0)])
async def test_what_lets_somebody_outside_know_something_is_written_down_before(
    kind, written
) -> None:
    async def intended(arguments: Arguments, context: ToolContext) -> Intent:
        return Intent(Effect.READ, "Look", (Target(kind, "apples"),))

    journal = Written()
    toolbox = box(replace(tool_that("seen"), intent=intended), journal=journal)
    await all_of(toolbox.answer(done(call("look"), stop="tools")))
    assert len(journal.begun) == written


async def test_what_may_not_begin_after_all_is_not_done_and_the_model_reads_why() -> None:
    class Revoked(Written):
        async def begins(self, call: ToolCall, act: Act) -> str:
            return "It was taken back."

    async def change() -> str:
        raise AssertionError

    toolbox = box(tool_that(change, "w", Effect.WRITE), journal=Revoked())
    begun, finished = await all_of(toolbox.answer(done(call("w"), stop="tools")))
    assert isinstance(begun, ToolStarted)
    assert (finished.result.content, finished.result.is_error) == ("It was taken back.", True)
    assert finished.act == act(Effect.WRITE, "")


async def test_a_change_that_cannot_be_written_down_is_not_made() -> None:
    ran = []

    async def change() -> str:
        ran.append(1)
        return ""

    class Away(Written):
        async def begins(self, call: ToolCall, act: Act) -> str:
            raise DatabaseAway

    toolbox = box(tool_that(change, "w", Effect.WRITE), journal=Away())
    _, error = await until_error(toolbox.answer(done(call("w"), stop="tools")))
    assert isinstance(error, DatabaseAway)
    assert not ran


async def test_a_call_that_comes_too_often_is_not_run_and_the_model_reads_why() -> None:
    async def change() -> str:
        raise AssertionError

    class Full(Written):
        async def admits(self, call: ToolCall) -> str:
            return "Too many calls; try again in 20 seconds."

    toolbox = box(tool_that(change, "w", Effect.WRITE), journal=Full())
    events = [event async for event in toolbox.answer(done(call("w"), stop="tools"))]
    (finished,) = events
    assert isinstance(finished, ToolFinished)
    assert finished.result.is_error
    assert "20 seconds" in finished.result.content


async def test_what_others_wrote_taints_the_calls_that_come_after_it_in_the_same_reply() -> None:
    mail = replace(tool_that("a mail", "mail"), untrusted=True)
    asks_web = Intent(Effect.READ, "Read evil.org", (Target("url", "https://evil.org/?q=1"),))

    async def intended(arguments: Arguments, context: ToolContext) -> Intent:
        return asks_web

    web = replace(tool_that("page", "web"), intent=intended)
    note = tool_that("noted", "note", Effect.WRITE)
    toolbox = box(mail, web, note)
    reply = done(call("mail"), call("note"), call("web"), stop="tools")
    events = await all_of(toolbox.answer(reply))
    assert isinstance(events[-1], ToolAsked)
    assert events[-1].act.intent.effect is Effect.SEND
