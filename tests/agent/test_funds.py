"""How much a model may write, so that an answer costs no more than one may."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.agent.funds import LEAST, TOO_COSTLY, paid_for
from assistant.agent.prices import SEARCH, cost
from assistant.agent.request_size import request_size
from assistant.agent.types import Request, Usage
from assistant.errors import CeilingReached
from tests.agent.streams import asked

DEAR, CHEAP = ("anthropic", "claude-opus-5-5"), ("openai", "gpt-6-luna")


def with_funds(usd: str, **more: object) -> Request:
    request = replace(asked("Hello " * 3_000), max_output_tokens=32_000)
    return replace(request, funds=lambda: Decimal(usd), **more)


def bounded(request: Request, who: tuple[str, str]) -> Request:
    return paid_for(request, *who, request_size(request))


@pytest.mark.parametrize("who", [DEAR, CHEAP, ("google", "gemini-4-argon")])
def test_what_is_read_and_all_that_may_be_written_cost_no_more_than_there_is(who) -> None:
    request = with_funds("0.09")
    most = bounded(request, who).max_output_tokens
    dearest = Usage(*who, input_tokens=request_size(request), output_tokens=most)
    assert cost(dearest) <= Decimal("0.09")
    assert most == 32_000 or cost(replace(dearest, output_tokens=most + 2)) > Decimal("0.09")


def test_a_cheaper_model_may_write_more() -> None:
    request = with_funds("0.09")
    assert LEAST < bounded(request, DEAR).max_output_tokens < 32_000
    assert bounded(request, CHEAP) is request


def test_a_search_that_may_be_made_is_paid_for_first() -> None:
    alone = bounded(with_funds("0.09"), DEAR).max_output_tokens
    searched = bounded(with_funds("0.09", search=True), DEAR).max_output_tokens
    price = cost(Usage(*DEAR, output_tokens=alone)) - cost(Usage(*DEAR, output_tokens=searched))
    assert abs(price - SEARCH["anthropic"]) < Decimal("0.0001")


@pytest.mark.parametrize("usd", ["0.025", "0.04", "0", "-1"])
def test_where_next_to_nothing_could_be_written_nobody_is_asked(usd: str) -> None:
    with pytest.raises(CeilingReached, match=TOO_COSTLY):
        bounded(with_funds(usd), DEAR)


def test_who_wants_little_may_have_it() -> None:
    request = replace(with_funds("0.03"), max_output_tokens=LEAST // 10)
    assert bounded(request, DEAR) is request


def test_a_request_that_no_ceiling_bounds_stays_as_it_is() -> None:
    assert bounded(asked("Hello"), DEAR) == asked("Hello")


def test_the_demo_model_costs_nothing() -> None:
    request = with_funds("0.01")
    assert bounded(request, ("scripted", "scripted")) is request
