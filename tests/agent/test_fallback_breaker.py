"""Who keeps failing is left out for a while, and is tried again."""

import pytest

from assistant.agent.breaker import Breaker
from assistant.errors import ProviderRejected, RequestNotSent
from tests.agent.standing_in import DOWN, ONE, TWO, behind, failures, one, text_of, two
from tests.agent.streams import (
    all_of,
    asked,
    says,
    until_error,
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
