"""Figures that cannot be are not booked: ours stand in their place, and it is said."""

import pytest
from google.genai.types import GenerateContentResponse

from assistant.agent.providers.anthropic import AnthropicDraft
from assistant.agent.providers.counts import impossible, is_figure, without
from assistant.agent.providers.google import GoogleDraft
from assistant.agent.providers.openai import OpenAIDraft
from assistant.agent.request_size import request_size
from assistant.agent.types import MessageDone, Request, TextDelta, Usage
from tests.agent.providers.conftest import said

ASKED = said("Write me a few words about tea, please.")
HUGE = 10**12
BAD = [-5, 2.5, "9", True, [], HUGE]


@pytest.mark.parametrize("value", [-1, 1.5, 3.0, "7", True, [], {}])
def test_what_is_no_whole_number_is_no_figure(value: object) -> None:
    assert not is_figure(value)
    assert is_figure(7)


def test_more_than_could_be_read_or_written_cannot_be() -> None:
    sent, allowed = 100, 50
    assert impossible(Usage("v", "m", 900, 40, 100), sent, allowed, searched=False) == set()
    much = Usage("v", "m", 60_000)
    assert "input_tokens" in impossible(much, sent, allowed, searched=False)
    assert impossible(much, sent, allowed, searched=True) == set()
    written = Usage("v", "m", 9, 101, thinking_tokens=102)
    assert impossible(written, sent, allowed, searched=False) == {
        "output_tokens", "thinking_tokens",
    }  # fmt: skip
    assert impossible(Usage("v", "m", searches=51), sent, allowed, searched=True) == {"searches"}


def test_of_what_was_read_no_part_stands_without_the_others() -> None:
    usage = without(Usage("v", "m", 1, 2, 3, 4), {"cache_read_tokens"})
    assert usage == Usage("v", "m", 0, 2, doubted=("cache_read_tokens",))


def anthropic(read: object, written: object) -> Usage:
    draft = AnthropicDraft("anthropic", "claude-sonnet-5-5", ASKED)
    usage = {"input_tokens": read, "output_tokens": 1}
    return ended(
        draft,
        {"type": "message_start", "message": {"usage": usage}},
        {"type": "content_block_start", "content_block": {"type": "text", "text": "Tea."}},
        {"type": "content_block_stop"},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": written},
        },
        {"type": "message_stop"},
    )


def openai(read: object, written: object) -> Usage:
    draft = OpenAIDraft("openai", "gpt-6.2-sol", ASKED)
    usage = {"input_tokens": read, "output_tokens": written}
    return ended(
        draft,
        {"type": "response.output_text.delta", "delta": "Tea."},
        {"type": "response.completed", "response": {"status": "completed", "usage": usage}},
    )


def google(read: object, written: object) -> Usage:
    draft = GoogleDraft("google", "gemini-4-argon", ASKED)
    chunk = GenerateContentResponse.model_validate(
        {
            "candidates": [{"content": {"parts": [{"text": "Tea."}]}, "finish_reason": "STOP"}],
            "usage_metadata": {},
        }
    )
    told = chunk.usage_metadata
    assert told is not None
    told.prompt_token_count, told.candidates_token_count = read, written  # type: ignore[assignment]
    return ended(draft, chunk)


def ended(draft: object, *events: object) -> Usage:
    for event in events:
        for told in draft.take(event):  # type: ignore[attr-defined]
            assert isinstance(told, TextDelta)
            draft.count(told)  # type: ignore[attr-defined]
    done = draft.done()  # type: ignore[attr-defined]
    assert isinstance(done, MessageDone)
    assert done.message.text in ("Tea.", "")
    return done.usage


VENDORS = [anthropic, openai, google]


@pytest.mark.parametrize("vendor", VENDORS)
def test_good_figures_are_booked_as_they_are(vendor) -> None:
    usage = vendor(21, 2)
    assert (usage.input_tokens, usage.output_tokens) == (21, 2)
    assert (usage.estimated, usage.doubted) == (False, ())


@pytest.mark.parametrize("bad", BAD, ids=repr)
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_bad_figure_of_what_was_read_gives_way_to_our_count(vendor, bad) -> None:
    usage = vendor(bad, 2)
    assert (usage.input_tokens, usage.output_tokens) == (request_size(ASKED), 2)
    assert usage.estimated
    assert "input_tokens" in usage.doubted


@pytest.mark.parametrize("bad", BAD, ids=repr)
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_bad_figure_of_what_was_written_gives_way_to_our_count(vendor, bad) -> None:
    usage = vendor(21, bad)
    assert (usage.input_tokens, usage.output_tokens) == (21, 2)
    assert usage.estimated
    assert "output_tokens" in usage.doubted


def test_more_from_the_cache_than_was_read_at_all_is_doubted() -> None:
    draft = OpenAIDraft("openai", "gpt-6.2-sol", ASKED)
    cached = {"cached_tokens": 30}
    usage = {"input_tokens": 20, "input_tokens_details": cached, "output_tokens": 2}
    end = {"type": "response.completed", "response": {"status": "completed", "usage": usage}}
    booked = ended(draft, end)
    assert (booked.input_tokens, booked.cache_read_tokens) == (request_size(ASKED), 0)
    assert booked.doubted == ("input_tokens",)


def test_a_doubt_about_thinking_alone_changes_nothing_that_costs() -> None:
    draft = OpenAIDraft("openai", "gpt-6.2-sol", Request("", ASKED.messages))
    details = {"reasoning_tokens": 9}
    usage = {"input_tokens": 20, "output_tokens": 2, "output_tokens_details": details}
    end = {"type": "response.completed", "response": {"status": "completed", "usage": usage}}
    assert ended(draft, end) == Usage("openai", "gpt-6.2-sol", 20, 2, doubted=("thinking_tokens",))
