"""Across the three vendors: over ten thousand answers their totals are ours, token for token.

What a vendor charges is reckoned here anew, from its own events and from each kind's own price.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from anthropic.types import Message, RawMessageDeltaEvent, RawMessageStartEvent
from google.genai.types import GenerateContentResponse
from openai.types.responses import ResponseUsage

from assistant.agent.prices import cost
from assistant.agent.providers.anthropic import AnthropicDraft
from assistant.agent.providers.draft import Draft
from assistant.agent.providers.google import GoogleDraft
from assistant.agent.providers.openai import OpenAIDraft
from assistant.agent.types import Request, Usage
from assistant.services.usage import record
from tests.agent.providers.conftest import said

TURNS = 10_000
MODELS = {"anthropic": "claude-sonnet-5-5", "openai": "gpt-6-luna", "google": "gemini-3.8-flash"}
ASKED = Request("Be brief.", said("x" * 60_000).messages, max_output_tokens=32_000)
KINDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
NOBODY = UUID(int=0)
Bill = Counter[str]
Events = Iterator[object]


def anthropic(dice: Random, bill: Bill) -> Events:
    """It reports what is read at full price, from the cache and into it apart from each other."""
    read, cached, kept = (dice.randrange(9_000) for _ in range(3))
    thought = dice.randrange(500)
    written = thought + dice.randrange(2_000)
    bill.update(
        input_tokens=read, cache_read_tokens=cached, cache_write_tokens=kept, output_tokens=written
    )
    told = {
        "input_tokens": read,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": kept,
        "output_tokens": 1,
    }
    message = Message.model_validate(
        {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [],
         "stop_reason": None, "stop_sequence": None, "usage": told}
    )  # fmt: skip
    yield RawMessageStartEvent(type="message_start", message=message).model_dump(mode="json")
    for total in sorted({dice.randrange(written + 1), written}):  # running totals, not additions
        delta = {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "output_tokens": total,
                "output_tokens_details": {"thinking_tokens": min(thought, total)},
            },
        }
        yield RawMessageDeltaEvent.model_validate(delta).model_dump(mode="json")
    yield {"type": "message_stop"}


def openai(dice: Random, bill: Bill) -> Events:
    """It reports the cached within what is read, and reasoning within what is written."""
    read, cached = dice.randrange(9_000), dice.randrange(9_000)
    thought = dice.randrange(500)
    written = thought + dice.randrange(2_000)
    bill.update(input_tokens=read, cache_read_tokens=cached, output_tokens=written)
    usage = ResponseUsage.model_validate(
        {
            "input_tokens": read + cached,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": thought},
            "total_tokens": read + cached + written,
        }
    )
    response = {"status": "completed", "usage": usage.model_dump(mode="json")}
    yield {"type": "response.completed", "response": response}


def google(dice: Random, bill: Bill) -> Events:
    """It reports the cached within the prompt, and thoughts beside the candidates."""
    read, cached, thought, said = (dice.randrange(3_000) for _ in range(4))
    bill.update(input_tokens=read, cache_read_tokens=cached, output_tokens=thought + said)
    for share in (0, dice.random(), 1):  # sums so far, in each chunk
        yield GenerateContentResponse.model_validate(
            {
                "candidates": [{"finish_reason": "STOP" if share == 1 else None}],
                "usage_metadata": {
                    "prompt_token_count": read + cached,
                    "cached_content_token_count": cached,
                    "candidates_token_count": int(said * share),
                    "thoughts_token_count": int(thought * share),
                },
            }
        )


VENDORS: dict[str, tuple[Callable[[Random, Bill], Events], type[Draft]]] = {
    "anthropic": (anthropic, AnthropicDraft),
    "openai": (openai, OpenAIDraft),
    "google": (google, GoogleDraft),
}


def usages(vendor: str, dice: Random, bill: Bill, turns: int) -> Iterator[Usage]:
    events, draft_of = VENDORS[vendor]
    for _ in range(turns):
        draft = draft_of(vendor, MODELS[vendor], ASKED)
        for event in events(dice, bill):
            assert list(draft.take(event)) == []
        yield draft.done().usage


def charged(vendor: str, bill: Bill) -> Decimal:
    """USD for the totals, kind by kind at the price of a million."""
    model = MODELS[vendor]
    prices = {kind: cost(Usage(vendor, model, **{kind: 10_000})) / 10_000 for kind in KINDS}
    return sum((prices[kind] * bill[kind] for kind in KINDS), Decimal(0))


@pytest.mark.parametrize("vendor", VENDORS)
def test_their_totals_are_ours(vendor: str) -> None:
    bill, ours, usd = Bill(), Bill(), Decimal(0)
    for usage in usages(vendor, Random(vendor), bill, TURNS // len(VENDORS) + 1):  # noqa: S311
        assert not usage.doubted
        row = record(NOBODY, usage, "answer")
        ours.update({kind: getattr(row, kind) for kind in KINDS})
        usd += row.cost
    assert ours == bill
    assert abs(usd - charged(vendor, bill)) <= Decimal("1e-6")
