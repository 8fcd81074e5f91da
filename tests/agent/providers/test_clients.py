"""Connections to the vendors."""

import asyncio

import httpx2
import pytest

from assistant.agent.providers.clients import close_clients, shared_client


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
