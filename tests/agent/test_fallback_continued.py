"""An answer that broke off: who goes on with it, and when nobody may."""

from contextlib import aclosing

from assistant.agent.breaker import Breaker
from assistant.agent.deadlines import Limits
from assistant.agent.fallback import BROKEN_OFF, Fallback
from assistant.agent.types import (
    Continued,
    Message,
    MessageDone,
    Request,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolResult,
)
from assistant.errors import ProviderUnavailable
from tests.agent.standing_in import DOWN, ONE, TWO, behind, failures, one, text_of, three, two
from tests.agent.streams import (
    HANG,
    all_of,
    asked,
    asks,
    breaks_off,
    done,
    says,
    until_error,
    words,
)

LOOK = ToolCall("1", "look", {})


def after_a_tool() -> Request:
    request = asked("Look!")
    ran = (Message("assistant", (LOOK,)), Message("tool", (ToolResult("1", "look", "a cat"),)))
    return Request(request.system, (*request.messages, *ran))


async def test_after_the_first_word_the_next_writes_the_rest() -> None:
    second = two(says("lo, ", "Alice", provider="two"))
    events = await all_of(behind(one(breaks_off("Hel")), second).stream(asked()))
    assert events[:2] == [ONE, TextDelta("Hel")]
    assert failures(events) == ["one"]
    assert events[3:] == [
        TWO,
        Continued("two", "two-model"),
        *words("lo, ", "Alice"),
        done(Text("Hel"), Text("lo, Alice"), provider="two"),
    ]
    last = events[-1]
    assert isinstance(last, MessageDone)
    assert last.message.text == "Hello, Alice" == text_of(events)


async def test_the_next_is_given_the_beginning_and_a_closing_turn_that_quotes_it() -> None:
    second = two(says("lo"))
    request = asked("Greet me")
    await all_of(behind(one([ThinkingDelta("Hm"), *breaks_off("Hel")]), second).stream(request))
    first, partial, closing = second.requests[0].messages
    assert first == request.messages[0]
    assert partial == Message("assistant", (Text("Hel"),))
    assert closing.role == "user"
    assert "Hel" in closing.text


async def test_a_continuation_may_pass_over_one_that_is_down() -> None:
    providers = (one(breaks_off("Hel")), two(DOWN), three(says("lo")))
    events = await all_of(behind(*providers).stream(asked()))
    assert text_of(events) == "Hello"
    assert failures(events) == ["one", "two"]
    assert [e for e in events if isinstance(e, Continued)] == [Continued("three", "three-model")]


async def test_an_answer_is_continued_only_once() -> None:
    third = three(says("!"))
    providers = (one(breaks_off("Hel")), two(breaks_off("lo")), third)
    seen, error = await until_error(behind(*providers).stream(asked()))
    assert text_of(seen) == "Hello"
    assert failures(seen) == ["one", "two"]
    assert isinstance(error, ProviderUnavailable)
    assert third.requests == []


async def test_the_continuation_marks_its_place_after_thinking_and_before_words() -> None:
    second = two([ThinkingDelta("Hm"), *says("lo")])
    events = await all_of(behind(one(breaks_off("Hel")), second).stream(asked()))
    assert [type(event) for event in events[4:7]] == [ThinkingDelta, Continued, TextDelta]


async def test_once_a_call_was_begun_nobody_goes_on() -> None:
    begun = [*words("Let me look."), ToolCallDelta("1", "look", "{"), *DOWN]
    second = two(says("Hi"))
    seen, error = await until_error(behind(one(begun), second).stream(asked()))
    assert failures(seen) == ["one"]
    assert isinstance(error, ProviderUnavailable)
    assert second.requests == []


async def test_after_a_tool_has_run_a_broken_answer_is_not_continued() -> None:
    second = two(says("Hi"))
    seen, error = await until_error(behind(one(breaks_off("It")), second).stream(after_a_tool()))
    assert text_of(seen) == "It"
    assert isinstance(error, ProviderUnavailable)
    assert second.requests == []


async def test_after_a_tool_has_run_the_next_may_still_give_the_whole_answer() -> None:
    second = two(says("A cat."))
    request = after_a_tool()
    events = await all_of(behind(one(DOWN), second).stream(request))
    assert events[2:] == [TWO, *says("A cat.")]
    assert second.requests == [request]


async def test_a_tool_of_an_earlier_turn_does_not_matter() -> None:
    earlier = after_a_tool()
    later = (Message("assistant", (Text("A cat."),)), Message("user", (Text("And now?"),)))
    request = Request(earlier.system, (*earlier.messages, *later))
    events = await all_of(behind(one(breaks_off("No")), two(says("w."))).stream(request))
    assert text_of(events) == "Now."


async def test_a_continuation_may_ask_for_a_tool() -> None:
    events = await all_of(behind(one(breaks_off("Wait. ")), two(asks(LOOK))).stream(asked()))
    assert events[-1] == done(Text("Wait. "), LOOK, stop="tools")


async def test_a_broken_answer_that_nobody_can_continue_says_that_it_is_kept() -> None:
    seen, error = await until_error(behind(one(breaks_off("Hel")), two(DOWN)).stream(asked()))
    assert text_of(seen) == "Hel"
    assert str(error) == BROKEN_OFF


async def test_silence_in_mid_answer_is_a_failure() -> None:
    stuck = one([*words("Hel"), HANG])
    limits = Limits(first=60, thinking=60, idle=0.01)
    fallback = Fallback(stuck, two(says("lo")), breaker=Breaker(), limits=limits)
    assert text_of(await all_of(fallback.stream(asked()))) == "Hello"
    assert stuck.open == 0


async def test_stopping_closes_the_continuing_vendors_stream() -> None:
    second = two([*words("lo"), HANG])
    async with aclosing(behind(one(breaks_off("Hel")), second).stream(asked())) as events:
        async for event in events:
            if event == TextDelta("lo"):
                assert second.open == 1
                break
    assert second.open == 0
