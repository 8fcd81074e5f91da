"""Across all providers: how each fails, falls silent, and ends its request when nobody reads."""

import asyncio

import pytest

from assistant.agent.deadlines import Limits, timed
from assistant.agent.types import (
    Alive,
    ModelEvent,
    TextDelta,
    Usage,
)
from assistant.errors import (
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    RequestNotSent,
)
from tests.agent.providers.conftest import WORDS, Vendor, said, text_of
from tests.vendors import Say, Script, Think
from tests.vendors.script import Fault


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 429, 500, 502, 503, 529])
async def test_a_vendor_in_trouble_is_unavailable(vendor: Vendor, status: int) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        await vendor.told(Script(status=status))
    assert caught.value.provider == vendor.name
    assert caught.value.usage == Usage(vendor.name, vendor.model, ended="refused")


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_request_that_is_not_valid_is_rejected(vendor: Vendor, status: int) -> None:
    with pytest.raises(ProviderRejected):
        await vendor.told(Script(status=status))


async def test_a_failure_is_not_tried_again(vendor: Vendor) -> None:
    with pytest.raises(ProviderUnavailable):
        await vendor.told(Script(status=503, headers={"retry-after": "0"}))
    assert len(vendor.server.requests) == 1


async def test_the_sentence_shows_neither_key_nor_address(vendor: Vendor) -> None:
    body = '{"error": {"message": "Incorrect API key sk-secret", "type": "x"}}'
    vendor.server.then(vendor.name, Script(status=401, body=body))
    with pytest.raises(ProviderUnavailable) as caught:
        await anext(vendor.provider(key="sk-secret").stream(said("Hi.")))
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)
    assert "secret" not in repr(vendor.provider(key="sk-secret"))


async def test_an_error_page_that_is_no_json_is_unavailable(vendor: Vendor) -> None:
    with pytest.raises(ProviderUnavailable):
        await vendor.told(Script(status=502, body="<html>Bad gateway</html>"))


@pytest.mark.parametrize("fault", ["error", "cut", "end", "garbage"])
@pytest.mark.parametrize("after", [0, 2])
async def test_a_stream_that_fails_is_unavailable_and_its_words_are_counted(
    vendor: Vendor, fault: Fault, after: int
) -> None:
    events, error = await _told_until_it_failed(vendor, Script((WORDS,), fault=fault, after=after))
    assert isinstance(error, ProviderUnavailable)
    assert text_of(events) == "".join(WORDS.pieces[:after])
    if after:
        assert isinstance(error.usage, Usage)
        assert error.usage.estimated
        assert error.usage.output_tokens > 0
        assert error.usage.input_tokens > 0


async def _told_until_it_failed(
    vendor: Vendor, script: Script
) -> tuple[list[ModelEvent], ProviderError | None]:
    vendor.server.then(vendor.name, script)
    events: list[ModelEvent] = []
    try:
        async for event in vendor.provider().stream(said("Hi.")):
            events.append(event)
    except ProviderError as error:
        return events, error
    return events, None


@pytest.mark.parametrize("after", [-1, 0, 2])
async def test_silence_ends_at_the_deadline(vendor: Vendor, after: int) -> None:
    vendor.server.then(vendor.name, Script((WORDS,), fault="hang", after=after))
    limits = Limits(0.2, 0.2, 0.2)
    stream = timed(vendor.provider().stream(said("Hi.")), limits, thinks=True)
    with pytest.raises(ProviderUnavailable):
        _ = [event async for event in stream]


async def test_each_event_of_the_vendor_is_a_sign_of_life(vendor: Vendor) -> None:
    few = (await vendor.told(Script((WORDS,), pings=1))).count(Alive())
    many = (await vendor.told(Script((WORDS,), pings=9))).count(Alive())
    assert many - few == 8


async def test_a_model_may_think_in_silence_once_its_vendor_shows_life(vendor: Vendor) -> None:
    vendor.server.then(vendor.name, Script((WORDS,), first_seconds=1.5))
    stream = timed(vendor.provider().stream(said("Hi.")), Limits(1, 60, 1), thinks=True)
    assert text_of([event async for event in stream]) == "One two three."


async def test_a_model_may_think_for_longer_than_it_may_be_silent(vendor: Vendor) -> None:
    thinks = Script((Think(("Hm, ", "well.")), Say(("So.",))), gap_seconds=0.3)
    vendor.server.then(vendor.name, thinks)
    stream = timed(vendor.provider().stream(said("Hi.")), Limits(60, 60, 0.2), thinks=True)
    assert text_of([event async for event in stream]) == "So."


async def test_a_host_that_is_not_there_is_unavailable(vendor: Vendor) -> None:
    provider = vendor.provider(url="http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailable, match="cannot be reached"):
        await anext(provider.stream(said("Hi.")))


async def test_closing_the_stream_ends_the_vendors_request(vendor: Vendor) -> None:
    vendor.server.then(vendor.name, Script((WORDS,), fault="hang", after=2))
    stream = vendor.provider().stream(said("Hi."))
    async for event in stream:
        if isinstance(event, TextDelta):
            break
    await stream.aclose()
    await vendor.server.until(lambda stats: stats.aborted == 1)


@pytest.mark.parametrize("after", [-1, 0, 2])
async def test_cancelling_the_reader_ends_the_vendors_request(vendor: Vendor, after: int) -> None:
    script = Script((WORDS,), fault="hang", after=after)
    task = asyncio.create_task(vendor.told(script))
    await vendor.server.until(lambda stats: stats.open == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await vendor.server.until(lambda stats: stats.aborted == 1)


async def test_a_model_without_a_price_is_not_asked(vendor: Vendor) -> None:
    with pytest.raises(ProviderUnavailable, match=r"model-of-tomorrow .* has no known price"):
        vendor.provider(model="model-of-tomorrow")
    assert not vendor.server.requests


async def test_a_web_page_in_place_of_a_stream_is_unavailable(vendor: Vendor) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        await vendor.told(Script(body="<html>\nSign in to the hotel's network.\n</html>"))
    assert not isinstance(caught.value, RequestNotSent)


async def test_a_vendors_error_is_one_of_ours(vendor: Vendor) -> None:
    with pytest.raises(ProviderError):
        await vendor.told(Script(status=418, body="null"))
