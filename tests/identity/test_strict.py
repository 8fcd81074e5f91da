"""Across the whole way, with an identity server that others wrote and that takes no liberties."""

import aiohttp
import pytest
from pytest_iam import Server

from assistant.services.identities import listed
from tests.api.conftest import app, browser  # noqa: F401
from tests.identity.conftest import Visitor, set_up

CALLBACK = "http://localhost:3000/auth/callback/google"


@pytest.fixture
def client(iam_server: Server):
    """Our registration at the strict server."""
    made = iam_server.models.Client(
        client_id="strict-client",
        client_secret="strict-secret",
        client_name="Assistant",
        client_uri="http://localhost:3000",
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code"],
        response_types=["code"],
        token_endpoint_auth_method="client_secret_basic",
        scope=["openid", "profile", "email"],
    )
    iam_server.backend.save(made)
    made.audience = [made]  # of its ID tokens: no default
    iam_server.backend.save(made)
    yield made
    iam_server.backend.delete(made)


@pytest.fixture
async def strict(iam_server, client, app, db):  # noqa: F811
    """A visitor of the app that signs in by the strict server."""
    environment = {
        "GOOGLE_CLIENT_ID": client.client_id,
        "GOOGLE_CLIENT_SECRET": client.client_secret,
        "GOOGLE_DISCOVERY_URL": f"{iam_server.url}.well-known/openid-configuration",
    }
    with set_up(environment):
        async with browser(app) as page:
            yield Visitor(page)


async def back_from(address):
    async with (
        aiohttp.ClientSession() as session,
        session.get(address, allow_redirects=False) as answer,
    ):
        assert answer.status in (302, 303), await answer.text()
        return answer.headers["location"]


async def signs_in(visitor):
    sent = await visitor.browser.get("/auth/login/google")
    return await visitor.browser.get(await back_from(sent.headers["location"]))


async def test_a_strict_server_and_we_understand_each_other(strict, iam_server):
    person = iam_server.random_user()
    iam_server.login(person)
    iam_server.consent(person)
    try:
        answer = await signs_in(strict)
        assert answer.headers["location"] == "/"
        first = await strict.id()
        (identity,) = await listed(first)
        assert identity.label == person.emails[0]
        await signs_in(strict)
        assert await strict.id() == first
        other = iam_server.random_user()
        iam_server.login(other)
        iam_server.consent(other)
        await signs_in(strict)
        assert await strict.id() != first
    finally:
        iam_server.logout()


async def test_who_should_prove_anew_who_they_are_is_asked_for_it_there(strict, iam_server):
    person = iam_server.random_user()
    iam_server.login(person)
    iam_server.consent(person)
    try:
        sent = await strict.browser.get("/auth/login/google?again=1")
        assert await back_from(sent.headers["location"]) == "/login"
    finally:
        iam_server.logout()
