"""Connections to the vendors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx2
import pytest

from assistant.agent.providers.clients import (
    EAGER_CHUNKS,
    PACE_SECONDS,
    Unhurried,
    close_clients,
    shared_client,
)


def _pair(key: str, base_url: str, http: httpx2.AsyncClient) -> tuple[str, str, httpx2.AsyncClient]:
    return key, base_url, http


async def test_a_client_is_made_once_for_each_key() -> None:
    one, same, other = (shared_client(_pair, key, "", 5.0) for key in ("a", "a", "b"))
    assert one is same
    assert one is not other
    assert one[2] is other[2]
    await close_clients()


async def test_closed_clients_are_not_used_again() -> None:
    first = shared_client(_pair, "a", "", 5.0)
    await close_clients()
    assert first[2].is_closed
    assert shared_client(_pair, "a", "", 5.0) is not first
    await close_clients()


def test_event_loops_share_no_connection() -> None:
    async def http() -> httpx2.AsyncClient:
        found = shared_client(_pair, "a", "", 5.0)[2]
        await close_clients()
        return found

    assert asyncio.run(http()) is not asyncio.run(http())


async def test_a_host_that_does_not_answer_is_given_up_in_time() -> None:
    _, _, http = shared_client(_pair, "a", "", 5.0)
    request = http.build_request("GET", "http://127.0.0.1:9", timeout=None)
    with pytest.raises(httpx2.TransportError):
        await http.send(request)
    assert request.extensions["timeout"]["connect"] == 5.0
    await close_clients()


class Body(httpx2.AsyncByteStream):
    """A response without end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"."


@pytest.mark.parametrize(
    ("streams", "seconds"), [(1, PACE_SECONDS), (50, PACE_SECONDS), (200, 0.14)]
)
async def test_a_body_is_read_at_a_pace_and_more_seldom_in_a_crowd(
    monkeypatch: pytest.MonkeyPatch, streams: int, seconds: float
) -> None:
    rests: list[float] = []

    async def resting(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr("assistant.agent.providers.clients.asyncio.sleep", resting)
    bodies = [aiter(Unhurried(Body())) for _ in range(streams)]
    for body in bodies:
        await anext(body)
    async with aclosing(bodies[0]) as first:  # type: ignore[type-var]
        for _ in range(EAGER_CHUNKS + 1):
            assert not rests
            await anext(first)
    for body in bodies[1:]:
        await body.aclose()  # type: ignore[attr-defined]
    assert rests == [pytest.approx(seconds)]
    assert Unhurried._flowing == 0
