"""One turn, from the request to its last event."""

import asyncio
from contextlib import aclosing

import pytest

from assistant.agent.acts import Effect
from assistant.agent.breaker import Breaker
from assistant.agent.deadlines import Limits
from assistant.agent.fallback import Fallback
from assistant.agent.loop import run
from assistant.agent.repeats import STOP_ASKING
from assistant.agent.types import (
    Event,
    Message,
    Request,
    Text,
    TextDelta,
    ToolAsked,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
)
from assistant.errors import CeilingReached, ProviderRejected, ProviderUnavailable, ToolError
from tests.agent.streams import (
    HANG,
    Scripts,
    act,
    all_of,
    asked,
    asks,
    box,
    done,
    says,
    tool_that,
    until_error,
    words,
)

LOOK = ToolCall("1", "look", {})


def turn(provider, request: Request, max_steps: int = 10, seconds: float = 60):
    return run(request, provider, box(*request.tools), max_steps=max_steps, seconds=seconds)


def results(events: list[Event]) -> list[ToolResult]:
    return [event.result for event in events if isinstance(event, ToolFinished)]


async def test_an_answer_without_tools_is_one_request() -> None:
    provider = Scripts(says("Hel", "lo"))
    events = await all_of(turn(provider, asked()))
    assert events == [TextDelta("Hel"), TextDelta("lo"), done(Text("Hello"))]
    assert len(provider.requests) == 1


async def test_the_model_reads_what_its_tool_said() -> None:
    provider = Scripts(asks(LOOK), says("Seen."))
    request = asked("Look!", tool_that("a cat"))
    events = await all_of(turn(provider, request))
    kinds = [type(event).__name__ for event in events]
    assert kinds == [
        "ToolCallDelta",
        "MessageDone",
        "ToolStarted",
        "ToolFinished",
        "TextDelta",
        "MessageDone",
    ]
    assert provider.requests[1].messages == (
        *request.messages,
        Message("assistant", (LOOK,)),
        Message("tool", (ToolResult("1", "look", "a cat"),)),
    )


async def test_every_call_gets_its_result_in_the_order_of_the_calls() -> None:
    late = asyncio.Event()

    async def waits() -> str:
        await late.wait()
        return "late"

    async def early() -> str:
        late.set()
        return "early"

    calls = (ToolCall("1", "slow", {}), ToolCall("2", "quick", {}), ToolCall("3", "none", {}))
    provider = Scripts(asks(*calls), says("Good."))
    tools = (tool_that(waits, "slow"), tool_that(early, "quick"))
    events = await all_of(turn(provider, asked("Go", *tools)))
    assert [result.content for result in results(events)][:2] == ["early", "late"]
    told = provider.requests[1].messages[-1].parts
    assert [part.call_id for part in told if isinstance(part, ToolResult)] == ["1", "2", "3"]


async def test_two_calls_with_the_same_id_get_two_results() -> None:
    provider = Scripts(asks(LOOK, LOOK), says("Good."))
    await all_of(turn(provider, asked("Go", tool_that("x"))))
    assert len(provider.requests[1].messages[-1].parts) == 2


async def test_a_stream_without_an_end_is_unavailable() -> None:
    seen, error = await until_error(turn(Scripts(words("Hel")), asked()))
    assert seen == [TextDelta("Hel")]
    assert isinstance(error, ProviderUnavailable)


async def test_a_refused_request_is_passed_on() -> None:
    with pytest.raises(ProviderRejected):
        await all_of(turn(Scripts([ProviderRejected("Too long.")]), asked()))


async def test_too_many_steps_end_the_turn_in_a_sentence() -> None:
    provider = Scripts(asks(LOOK))
    seen, error = await until_error(turn(provider, asked("Go", tool_that("x")), max_steps=3))
    assert str(error) == "The answer took more than 3 steps and was stopped."
    assert isinstance(error, CeilingReached)
    assert (len(provider.requests), len(results(seen))) == (3, 3)


async def test_a_provider_that_hangs_meets_the_ceiling_of_time() -> None:
    provider = Scripts([*words("Hel"), HANG])
    seen, error = await until_error(turn(provider, asked(), seconds=0.05))
    assert seen == [TextDelta("Hel")]
    assert isinstance(error, CeilingReached)
    assert provider.open == 0


async def test_a_tool_that_hangs_meets_the_ceiling_of_time() -> None:
    ended = asyncio.Event()

    async def hang() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    request = asked("Go", tool_that(hang))
    seen, error = await until_error(turn(Scripts(asks(LOOK)), request, seconds=0.05))
    assert seen[-1] == ToolStarted(LOOK, act())
    assert isinstance(error, CeilingReached)
    assert ended.is_set()


async def test_stopping_closes_the_vendors_stream_through_the_fallback() -> None:
    provider = Scripts([*words("Hel", "lo"), HANG])
    fallback = Fallback(provider, breaker=Breaker(), limits=Limits(60, 60, 60))
    async with aclosing(turn(fallback, asked())) as events:
        async for event in events:
            if event == TextDelta("Hel"):
                break
        assert provider.open == 1
    assert provider.open == 0


async def test_cancelling_the_task_closes_the_vendors_stream_too() -> None:
    provider = Scripts([HANG])
    fallback = Fallback(provider, breaker=Breaker(), limits=Limits(60, 60, 60))
    task = asyncio.create_task(all_of(turn(fallback, asked())))
    await provider.hangs.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.open == 0


async def test_stopping_ends_the_tools_that_run() -> None:
    ended = asyncio.Event()

    async def hang() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    calls = asks(LOOK, ToolCall("2", "glance", {}))
    request = asked("Go", tool_that(hang), tool_that("x", "glance"))
    async with aclosing(turn(Scripts(calls), request)) as events:
        async for event in events:
            if isinstance(event, ToolFinished):
                break
    assert ended.is_set()


async def test_a_call_cut_by_length_is_not_run() -> None:
    provider = Scripts(asks(LOOK, stop="length"), says("Shorter."))
    events = await all_of(turn(provider, asked("Go", tool_that("ran"))))
    assert not any(isinstance(event, ToolStarted) for event in events)
    [result] = results(events)
    assert result.is_error
    assert "length limit" in result.content
    assert provider.requests[1].messages[-1].parts == (result,)


async def test_a_refusal_ends_the_turn_and_runs_nothing() -> None:
    provider = Scripts(asks(LOOK, stop="refusal"))
    events = await all_of(turn(provider, asked("Go", tool_that("ran"))))
    assert [result.is_error for result in results(events)] == [True]
    assert len(provider.requests) == 1


async def test_a_call_that_keeps_failing_is_told_once_and_then_ends_the_turn() -> None:
    runs = []

    async def fails() -> str:
        runs.append(1)
        raise ToolError("No.")

    provider = Scripts(asks(LOOK))
    request = asked("Go", tool_that(fails))
    seen, error = await until_error(turn(provider, request, max_steps=20))
    said = [result.content for result in results(seen)]
    assert said == ["No.", "No.", "No.", STOP_ASKING, STOP_ASKING]
    assert len(runs) == 3
    assert isinstance(error, CeilingReached)


async def test_a_model_that_heeds_the_warning_may_finish() -> None:
    provider = Scripts(*[asks(LOOK)] * 4, says("It does not work."))
    events = await all_of(turn(provider, asked("Go", tool_that(ToolError("No.")))))
    assert events[-1] == done(Text("It does not work."))


async def test_what_leaves_the_building_ends_the_turn_and_waits_for_the_user() -> None:
    provider = Scripts(asks(LOOK), says("Never asked."))
    request = asked("Go", tool_that("sent", effect=Effect.SEND))
    events = await all_of(turn(provider, request))
    assert events[-1] == ToolAsked(LOOK, act(Effect.SEND))
    assert len(provider.requests) == 1
