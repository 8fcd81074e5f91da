"""Which provider answers, and what is told when one cannot."""

from contextlib import aclosing
from dataclasses import replace

import pytest

from assistant.agent.attached import Document, Image
from assistant.agent.breaker import Breaker
from assistant.agent.deadlines import Limits
from assistant.agent.fallback import ALL_DOWN, Fallback
from assistant.agent.sight import BLIND
from assistant.agent.types import (
    Alive,
    Asked,
    Continued,
    Message,
    ProviderFailed,
    Request,
    Text,
    TextDelta,
    ThinkingDelta,
)
from assistant.errors import ProviderRejected, ProviderUnavailable
from tests.agent.standing_in import DOWN, ONE, SEARCH, THREE, TWO, behind, failures, one, three, two
from tests.agent.streams import (
    HANG,
    Step,
    all_of,
    asked,
    says,
    until_error,
    words,
)

PICTURED = Message(
    "user", (Image("7", "plan.png", "image/png", b"bytes", 2, 2), Text("What is it?"))
)


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


async def test_a_rejected_request_goes_to_nobody_else() -> None:
    second = two(says("Hi"))
    with pytest.raises(ProviderRejected):
        await all_of(behind(one([ProviderRejected("Too long.")]), second).stream(asked()))
    assert second.requests == []


async def test_all_down_is_one_plain_sentence() -> None:
    seen, error = await until_error(behind(one(DOWN), two(DOWN)).stream(asked()))
    assert failures(seen) == ["one", "two"]
    assert str(error) == ALL_DOWN


async def test_a_stream_that_just_ends_is_a_failure() -> None:
    events = await all_of(behind(one([]), two(says("Hi"))).stream(asked()))
    assert failures(events) == ["one"]


async def test_silence_is_a_failure() -> None:
    silent = one([HANG])
    limits = Limits(first=0.01, thinking=60, idle=60)
    fallback = Fallback(silent, two(says("Hi")), breaker=Breaker(), limits=limits)
    assert failures(await all_of(fallback.stream(asked()))) == ["one"]
    assert silent.open == 0


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


@pytest.mark.parametrize(
    ("told", "may_search"), [([], True), ([SEARCH], False), (words("Tea"), True)]
)
async def test_the_next_one_searches_only_where_none_has_searched(told, may_search) -> None:
    first, second = one([*told, ProviderUnavailable("It broke off.")]), two(says("Tea."))
    request = replace(asked("What is tea?"), search=True)
    await all_of(behind(first, second).stream(request))
    assert [each.requests[0].search for each in (first, second)] == [True, may_search]
