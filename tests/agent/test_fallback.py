"""Which provider answers, and what is told when one cannot."""

from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.agent.attached import Document, Image
from assistant.agent.breaker import Breaker
from assistant.agent.deadlines import Limits
from assistant.agent.fallback import ALL_DOWN, BROKEN_OFF, Fallback
from assistant.agent.funds import TOO_COSTLY
from assistant.agent.sight import BLIND
from assistant.agent.types import (
    Alive,
    Asked,
    Continued,
    Message,
    MessageDone,
    ModelEvent,
    ProviderFailed,
    Request,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    Usage,
    VendorSearch,
)
from assistant.errors import CeilingReached, ProviderRejected, ProviderUnavailable, RequestNotSent
from tests.agent.streams import (
    HANG,
    Scripts,
    Step,
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
ONE, TWO, THREE = (Asked(name, f"{name}-model") for name in ("one", "two", "three"))
PICTURED = Message(
    "user", (Image("7", "plan.png", "image/png", b"bytes", 2, 2), Text("What is it?"))
)
DOWN: list[Step] = [ProviderUnavailable("It is down.")]


def behind(*providers: Scripts, breaker: Breaker | None = None) -> Fallback:
    return Fallback(*providers, breaker=breaker or Breaker(), limits=Limits(60, 60, 60))


def one(*scripts: list[Step]) -> Scripts:
    return Scripts(*scripts, name="one")


def two(*scripts: list[Step]) -> Scripts:
    return Scripts(*scripts, name="two")


def three(*scripts: list[Step]) -> Scripts:
    return Scripts(*scripts, name="three")


def after_a_tool() -> Request:
    request = asked("Look!")
    ran = (Message("assistant", (LOOK,)), Message("tool", (ToolResult("1", "look", "a cat"),)))
    return Request(request.system, (*request.messages, *ran))


def failures(events: list[ModelEvent]) -> list[str]:
    return [event.provider for event in events if isinstance(event, ProviderFailed)]


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_the_first_that_answers_is_the_only_one_asked() -> None:
    second = two(says("Hi"))
    assert await all_of(behind(one(says("Hello")), second).stream(asked())) == [ONE, *says("Hello")]
    assert second.requests == []


async def test_before_the_first_word_the_next_answers_in_silence() -> None:
    events = await all_of(behind(one(DOWN), two(says("Hi"))).stream(asked()))
    assert events == [
        ONE,
        ProviderFailed("one", "one-model", "It is down."),
        TWO,
        *says("Hi"),
    ]


async def test_thinking_alone_is_not_yet_an_answer() -> None:
    thinks = [ThinkingDelta("Hm"), *DOWN]
    events = await all_of(behind(one(thinks), two(says("Hi"))).stream(asked()))
    assert not any(isinstance(event, Continued) for event in events)
    assert events[-1] == says("Hi")[-1]


async def test_each_that_is_asked_is_told_before_and_each_failure_after() -> None:
    events = await all_of(behind(one(DOWN), two(DOWN), three(says("a", "b"))).stream(asked()))
    failed = [ProviderFailed(name, f"{name}-model", "It is down.") for name in ("one", "two")]
    assert events == [ONE, failed[0], TWO, failed[1], THREE, *says("a", "b")]


async def test_nobody_is_asked_before_whoever_listens_wants_to_hear_more() -> None:
    first = one(says("Hi"))
    async with aclosing(behind(first).stream(asked())) as events:
        assert await anext(events) == ONE
        assert first.requests == []
        await anext(events)
        assert len(first.requests) == 1


async def test_a_sign_of_life_goes_no_further() -> None:
    lives = one([Alive(), Alive(), ThinkingDelta(""), *says("Hi")])
    events = await all_of(behind(lives).stream(asked()))
    assert events == [ONE, ThinkingDelta(""), *says("Hi")]


async def test_the_first_that_answers_again_after_another_stood_in_is_told() -> None:
    fallback = behind(one(DOWN, says("Hi")), two(says("Hi")))
    told = [await all_of(fallback.stream(asked())) for _ in range(2)]
    assert [[e for e in each if isinstance(e, Asked)] for each in told] == [[ONE, TWO], [ONE]]


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


async def test_a_rejected_request_goes_to_nobody_else() -> None:
    second = two(says("Hi"))
    with pytest.raises(ProviderRejected):
        await all_of(behind(one([ProviderRejected("Too long.")]), second).stream(asked()))
    assert second.requests == []


async def test_what_a_rejected_request_has_cost_is_told() -> None:
    usage = Usage("one", "one-model", input_tokens=7)
    seen, error = await until_error(
        behind(one([ProviderRejected("Not allowed.", usage=usage)])).stream(asked())
    )
    failed = replace(usage, ended="failed")
    assert seen == [ONE, ProviderFailed("one", "one-model", "Not allowed.", failed)]
    assert isinstance(error, ProviderRejected)


async def test_all_down_is_one_plain_sentence() -> None:
    seen, error = await until_error(behind(one(DOWN), two(DOWN)).stream(asked()))
    assert failures(seen) == ["one", "two"]
    assert str(error) == ALL_DOWN


async def test_a_broken_answer_that_nobody_can_continue_says_that_it_is_kept() -> None:
    seen, error = await until_error(behind(one(breaks_off("Hel")), two(DOWN)).stream(asked()))
    assert text_of(seen) == "Hel"
    assert str(error) == BROKEN_OFF


async def test_a_stream_that_just_ends_is_a_failure() -> None:
    events = await all_of(behind(one([]), two(says("Hi"))).stream(asked()))
    assert failures(events) == ["one"]


async def test_silence_is_a_failure() -> None:
    silent = one([HANG])
    limits = Limits(first=0.01, thinking=60, idle=60)
    fallback = Fallback(silent, two(says("Hi")), breaker=Breaker(), limits=limits)
    assert failures(await all_of(fallback.stream(asked()))) == ["one"]
    assert silent.open == 0


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


async def test_the_vendors_own_figures_are_told_of_a_failure() -> None:
    usage = Usage("one", "one-model", input_tokens=7)
    failing = one([ProviderUnavailable("It broke off.", usage=usage)])
    events = await all_of(behind(failing, two(says("Hi"))).stream(asked()))
    failed = replace(usage, ended="failed")
    assert events[1] == ProviderFailed("one", "one-model", "It broke off.", failed)


async def test_without_the_vendors_figures_a_begun_answer_is_estimated() -> None:
    events = await all_of(behind(one(breaks_off("Hello")), two(says("!"))).stream(asked()))
    [failure] = [event for event in events if isinstance(event, ProviderFailed)]
    assert failure.usage == Usage(
        "one", "one-model", input_tokens=8, output_tokens=2, estimated=True, ended="failed"
    )


async def test_a_provider_that_keeps_failing_is_left_out_and_tried_again() -> None:
    now = 0.0
    first, second = one(DOWN, DOWN, DOWN, says("Back")), two(says("Hi"))
    fallback = behind(first, second, breaker=Breaker(clock=lambda: now))
    for _ in range(3):
        await all_of(fallback.stream(asked()))
    assert (fallback.name, fallback.model) == ("two", "two-model")
    assert await all_of(fallback.stream(asked())) == [TWO, *says("Hi")]
    assert len(first.requests) == 3
    now = 30.0
    assert fallback.name == "one"
    assert await all_of(fallback.stream(asked())) == [ONE, *says("Back")]
    assert fallback.name == "one"


async def test_when_all_are_left_out_they_are_tried_all_the_same() -> None:
    breaker = Breaker(clock=lambda: 0.0)
    for name in ("one", "two") * 3:
        breaker.failed((name, f"{name}-model"))
    fallback = behind(one(DOWN), two(says("Hi")), breaker=breaker)
    assert fallback.name == "one"
    events = await all_of(fallback.stream(asked()))
    assert failures(events) == ["one"]
    assert text_of(events) == "Hi"


async def test_a_model_that_fails_takes_no_other_model_of_its_vendor_with_it() -> None:
    breaker = Breaker(clock=lambda: 0.0)
    missing, other = one(DOWN), one(says("Hi"))
    missing.model = "one-of-tomorrow"
    for _ in range(3):
        await until_error(behind(missing, breaker=breaker).stream(asked()))
    assert behind(missing, two(), breaker=breaker).name == "two"
    assert behind(other, two(), breaker=breaker).name == "one"


async def test_a_request_that_was_never_sent_is_not_the_providers_fault() -> None:
    breaker = Breaker(clock=lambda: 0.0)
    fallback = behind(one([RequestNotSent("Not sent.")]), two(says("Hi")), breaker=breaker)
    for _ in range(3):
        events = await all_of(fallback.stream(asked()))
        assert failures(events) == ["one"]
        assert text_of(events) == "Hi"
    assert fallback.name == "one"


async def test_who_rejects_a_request_is_alive() -> None:
    now = 0.0
    breaker = Breaker(clock=lambda: now)
    first = one(DOWN, DOWN, DOWN, [ProviderRejected("Too long.")], says("Back"))
    fallback = behind(first, two(says("Hi")), breaker=breaker)
    for _ in range(3):
        await all_of(fallback.stream(asked()))
    now = 30.0
    with pytest.raises(ProviderRejected):
        await all_of(fallback.stream(asked()))
    assert text_of(await all_of(fallback.stream(asked()))) == "Back"


@pytest.mark.parametrize("script", [DOWN, [TextDelta("It is a "), ProviderUnavailable("Gone.")]])
async def test_who_goes_on_sees_the_picture_too(script: list[Step]) -> None:
    first, second = one(script), two(says("plan."))
    first.model, second.model = "claude-sonnet-5-5", "gpt-6.2-sol"
    await all_of(behind(first, second).stream(Request("", (PICTURED,))))
    assert first.requests[0].messages[0] == PICTURED
    assert second.requests[0].messages[0] == PICTURED


async def test_who_goes_on_and_does_not_see_reads_that_there_was_a_picture() -> None:
    first, second = one(DOWN), two(says("I cannot see it."))
    first.model = "claude-sonnet-5-5"
    await all_of(behind(first, second).stream(Request("", (PICTURED,))))
    assert second.requests[0].messages[0].parts == (
        Document("plan.png (file 7)", f"[{BLIND}]"),
        Text("What is it?"),
    )


SEARCH = VendorSearch(ToolCall("s", "web_search", {}))


@pytest.mark.parametrize(
    ("told", "may_search"), [([], True), ([SEARCH], False), (words("Tea"), True)]
)
async def test_the_next_one_searches_only_where_none_has_searched(told, may_search) -> None:
    first, second = one([*told, ProviderUnavailable("It broke off.")]), two(says("Tea."))
    request = replace(asked("What is tea?"), search=True)
    await all_of(behind(first, second).stream(request))
    assert [each.requests[0].search for each in (first, second)] == [True, may_search]


async def test_a_search_of_a_vendor_that_fell_silent_is_paid() -> None:
    events = await all_of(
        behind(one([SEARCH, ProviderUnavailable("")]), two(says("Tea."))).stream(asked())
    )
    (failed,) = [event for event in events if isinstance(event, ProviderFailed)]
    assert failed.usage is not None
    assert failed.usage.searches == 1


def dear(*scripts: list[Step]) -> Scripts:
    provider = Scripts(*scripts, name="anthropic")
    provider.model = "claude-opus-5-5"
    return provider


def cheap(*scripts: list[Step]) -> Scripts:
    provider = Scripts(*scripts, name="openai")
    provider.model = "gpt-6-luna"
    return provider


def with_funds(usd: str) -> Request:
    return replace(asked("Hello " * 3_000), max_output_tokens=32_000, funds=lambda: Decimal(usd))


async def test_one_that_is_too_dear_is_left_out_and_a_cheaper_one_answers() -> None:
    first = dear(says("Hello"))
    events = await all_of(behind(first, cheap(says("Hi"))).stream(with_funds("0.025")))
    assert (text_of(events), failures(events), first.requests) == ("Hi", [], [])


@pytest.mark.parametrize("script", [says("Hi"), DOWN], ids=["would answer", "is down"])
async def test_where_nobody_can_be_paid_that_is_what_is_said(script: list[Step]) -> None:
    request = with_funds("0.025" if script == DOWN else "0")
    with pytest.raises(CeilingReached, match=TOO_COSTLY):
        await all_of(behind(dear(says("Hello")), cheap(script)).stream(request))


async def test_one_that_is_too_dear_to_be_asked_keeps_its_only_trial() -> None:
    now = 0.0
    breaker = Breaker(clock=lambda: now)
    first = dear(DOWN, DOWN, DOWN, says("Back"))
    fallback = behind(first, cheap(says("Hi")), breaker=breaker)
    for _ in range(3):
        await all_of(fallback.stream(asked()))
    now = 30.0
    assert text_of(await all_of(fallback.stream(with_funds("0.025")))) == "Hi"
    assert text_of(await all_of(fallback.stream(asked()))) == "Back"
