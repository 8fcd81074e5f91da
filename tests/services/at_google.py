"""Google on loopback with an account of Alice's, and users who let us into it."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest

from assistant.services import attempts, background, google_access, google_tokens
from assistant.services.connections import Connected, listed
from assistant.services.sessions import User
from tests.conftest import all_ended
from tests.identity.conftest import at_provider, set_up
from tests.servers.google import Google, google

__all__ = ["at_google", "connects", "mark"]


@pytest.fixture
async def at_google(alice: User, bob: User) -> AsyncIterator[Google]:
    """The app asks this Google. Alice and Bob have come before: no name signs in any more."""
    async with google() as server:
        with set_up(server.settings()):
            yield server
            await all_ended()
    google_tokens._held.clear()


async def connects(user: User, uses: str = "calendar mail") -> Connected:
    """The whole way to Google and back; what is connected then."""
    mark = uuid4()
    back = await at_provider(await google_access.begin("google", user, mark, uses))
    answer = query_of(back)
    attempt = await attempts.claim("google", mark, answer["state"])
    await google_access.finish(user.id, attempt, answer)
    return await only_google(user)


def query_of(address: str) -> dict[str, str]:
    """What an address says behind its question mark."""
    return dict(parse_qsl(urlsplit(address).query))


async def only_google(user: User) -> Connected:
    """The user's one connection of Google."""
    (one,) = [each for each in await listed(user.id) if each.kind == "google"]
    return one


async def noted(user: User) -> Connected:
    """As above, once what calls have told of it is noted."""
    while background._tasks:
        await all_ended()
    return await only_google(user)


@pytest.fixture
def mark() -> UUID:
    """A browser's."""
    return uuid4()
