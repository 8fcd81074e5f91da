"""Requests are noted from before they are made."""

from assistant.agent.types import (
    Asked,
    Message,
    MessageDone,
    ProviderFailed,
    Sent,
    Text,
    TextDelta,
    Usage,
)
from assistant.services.request_meter import Made, RequestMeter

USAGE = Usage("anthropic", "m", 10, 5)
DONE = MessageDone(Message("assistant", (Text("a"),)), USAGE, "end")


def metered(*events, first=None) -> RequestMeter:
    meter = RequestMeter(first)
    for event in events:
        meter.note(event)
    return meter


def test_the_first_keeps_the_id_by_which_it_was_put_down():
    first = Made("anthropic", "m", is_noted=True)
    meter = metered(Asked("anthropic", "m", 30), DONE, Asked("anthropic", "m"), first=first)
    assert [made.id == first.id for made in meter.made] == [True, False]
    assert (first.usage, first.read) == (USAGE, 30)


def test_where_another_is_asked_first_the_one_that_was_put_down_never_was():
    first = Made("anthropic", "m", is_noted=True)
    meter = metered(Asked("openai", "o"), DONE, first=first)
    assert (first.is_over, first.usage) == (True, None)
    assert meter.usages == [USAGE]


def test_where_nobody_is_asked_the_one_that_was_put_down_never_was():
    first = Made("anthropic", "m", is_noted=True)
    meter = metered(first=first)
    assert meter.is_settled
    meter.close()
    assert (first.is_over, first.usage, meter.is_settled) == (True, None, False)


def test_what_never_left_us_came_to_nothing():
    meter = metered(Asked("anthropic", "m"), ProviderFailed("anthropic", "m", "No line.", None))
    assert meter.usages == []
    cut = metered(Asked("anthropic", "m"))
    cut.close()
    assert cut.usages == []


def test_what_had_left_when_we_went_away_is_estimated():
    cut = metered(Asked("anthropic", "m", 30, Sent(left=True)), TextDelta("abcd"))
    cut.close()
    assert cut.usages == [Usage("anthropic", "m", 30, 2, estimated=True, ended="left")]
