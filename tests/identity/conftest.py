"""The app with its providers on loopback, and people who sign in by them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import randrange
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import httpx2
import pytest

from assistant.api.guard import Guard
from assistant.config import settings
from assistant.errors import NotSignedIn
from assistant.services import oauth_client, sessions
from assistant.services.sessions import User, who_is
from tests.api.conftest import app, browser  # noqa: F401  (app is a fixture)
from tests.identity.server import Providers
from tests.services.talk import rows

GITHUB_MAIL = {"email": "octo@example.org", "primary": True, "verified": True}


@contextmanager
def set_up(environment: dict[str, str]) -> Iterator[None]:
    """The app's settings with these in place."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        settings.cache_clear()
        oauth_client._made.cache_clear()
        yield
    settings.cache_clear()
    oauth_client._made.cache_clear()


@pytest.fixture
async def providers(db: str) -> AsyncIterator[Providers]:
    """All three providers are set up and honest."""
    number = randrange(1, 2**40)  # noqa: S311
    sub = uuid4().hex
    user = {"id": number, "login": "octo", "name": "Octo Cat"}
    async with Providers(claims={"sub": sub}, user=user, emails=[GITHUB_MAIL]) as server:
        with set_up(server.settings()):
            yield server


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    browser: httpx2.AsyncClient = field(repr=False)

    async def begins(self, provider: str, query: str = "") -> str:
        """Goes to the provider; returns the address that it sends the browser back to."""
        sent = await self.browser.get(f"/auth/login/{provider}{query}")
        assert sent.status_code == 303, sent.text
        return await at_provider(sent.headers["location"])

    async def comes_back(self, address: str) -> httpx2.Response:
        """Follows the address on which the provider has sent the browser back."""
        return await self.browser.get(address)

    async def signs_in(self, provider: str, query: str = "") -> httpx2.Response:
        """The whole way, without anything odd."""
        return await self.comes_back(await self.begins(provider, query))

    async def links(self, provider: str) -> httpx2.Response:
        """Asks to be sent to a provider for one more way to sign in; as far as our answer."""
        return await self.browser.post(f"/auth/link/{provider}")

    async def user(self) -> User:
        """Who the browser is signed in as. Raises NotSignedIn."""
        return await who_is(self.browser.cookies.get("session"))

    async def id(self) -> UUID:
        """The user's id."""
        return (await self.user()).id


async def at_provider(address: str) -> str:
    """What the provider does with a browser: sends it back at once."""
    async with (
        aiohttp.ClientSession() as client,
        client.get(address, allow_redirects=False) as answer,
    ):
        assert answer.status == 302, await answer.text()
        return answer.headers["location"]


@pytest.fixture
async def people(app: Guard, providers: Providers) -> AsyncIterator[Any]:  # noqa: F811
    """`people()`: one more visitor."""
    made: list[Visitor] = []

    def make() -> Visitor:
        made.append(Visitor(browser(app)))
        return made[-1]

    yield make
    for each in made:
        await each.browser.aclose()


@pytest.fixture
def visitor(people: Any) -> Visitor:
    return people()


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    sessions._known.clear()


@dataclass
class Lying:
    """Providers that are about to lie, and who comes back from them."""

    providers: Providers
    visitor: Visitor
    db: str

    async def refused(
        self, answer: httpx2.Response, why: str = "refused", visitor: Visitor | None = None
    ) -> None:
        """The same page, nobody signed in, no account made."""
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?error={why}")
        assert answer.content == b""
        kept = [each.split("=")[0] for each in answer.headers.get_list("set-cookie")]
        assert set(kept) <= {"attempt"}
        with pytest.raises(NotSignedIn):
            await (visitor or self.visitor).user()
        subjects = [str(self.providers.claims.get("sub")), str(self.providers.user.get("id"))]
        query = "select 1 from identities where subject = any($1::text[])"
        assert not await rows(self.db, query, subjects)


@pytest.fixture
def lying(providers: Providers, visitor: Visitor, db: str) -> Lying:
    return Lying(providers, visitor, db)
