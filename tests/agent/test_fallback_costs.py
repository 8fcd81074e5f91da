"""What failed requests have cost, and who is too dear to be asked."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.agent.breaker import Breaker
from assistant.agent.funds import TOO_COSTLY
from assistant.agent.types import (
    ProviderFailed,
    Request,
    Usage,
)
from assistant.errors import CeilingReached, ProviderRejected, ProviderUnavailable
from tests.agent.standing_in import DOWN, ONE, SEARCH, behind, failures, one, text_of, two
from tests.agent.streams import (
    Scripts,
    Step,
    all_of,
    asked,
    breaks_off,
    says,
    until_error,
)


async def test_what_a_rejected_request_has_cost_is_told() -> None:
    usage = Usage("one", "one-model", input_tokens=7)
    seen, error = await until_error(
        behind(one([ProviderRejected("Not allowed.", usage=usage)])).stream(asked())
    )
    failed = replace(usage, ended="failed")
    assert seen == [ONE, ProviderFailed("one", "one-model", "Not allowed.", failed)]
    assert isinstance(error, ProviderRejected)


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
