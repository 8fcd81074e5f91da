"""A refresh token is exchanged with our name, and given back; what is odd or away is told apart."""

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError

from assistant.errors import SignInFailed
from assistant.services.oauth import client_of, provider_of
from assistant.services.oauth_client import ODD, believing_nothing_odd
from tests.identity.conftest import providers, set_up
from tests.identity.grants import Grant

__all__ = ["providers"]


def client():
    return client_of(provider_of("google"))


async def test_a_refresh_token_gives_an_access_token_and_stays(providers):
    providers.grants.all.append(Grant("good", ["a"]))
    given = await client().exchanged("good")
    assert (given["refresh_token"], given["access_token"] in providers.grants.access) == (
        "good",
        True,
    )


async def test_one_that_is_not_known_is_an_invalid_grant(providers):
    with pytest.raises(OAuthError) as caught:
        await client().exchanged("bad")
    assert caught.value.error == "invalid_grant"


async def test_without_our_secret_nothing_is_exchanged(providers):
    providers.grants.all.append(Grant("good", ["a"]))
    other = providers.settings() | {"GOOGLE_CLIENT_SECRET": "another"}
    with set_up(other), pytest.raises(OAuthError):
        await client().exchanged("good")
    assert providers.grants.exchanges == 0


async def test_what_is_given_back_is_good_no_more_and_twice_is_once(providers):
    providers.grants.all.append(Grant("good", ["a"]))
    for _ in range(2):
        assert await client().revoked("good")
    assert providers.grants.revoked == ["good"]
    with pytest.raises(OAuthError):
        await client().exchanged("good")


async def test_a_provider_that_cannot_take_it_back_is_told_apart(providers):
    providers.grants.all.append(Grant("good", ["a"]))
    providers.status["/revoke"] = 503
    assert not await client().revoked("good")
    providers.metadata = {"revocation_endpoint": "http://127.0.0.1:1/revoke"}
    with set_up(providers.settings()), pytest.raises(httpx2.HTTPError):
        await client().revoked("good")


@pytest.mark.parametrize("error", [*ODD, SignInFailed])
def test_an_odd_answer_signs_nobody_in(error):
    with pytest.raises(SignInFailed) as caught, believing_nothing_odd("google"):
        raise error
    assert caught.value.why == "refused"


def test_a_provider_that_does_not_answer_is_away():
    with pytest.raises(SignInFailed) as caught, believing_nothing_odd("google"):
        raise httpx2.ConnectError("no")
    assert caught.value.why == "away"


def test_a_defect_of_ours_is_no_answer_of_theirs():
    with pytest.raises(AssertionError), believing_nothing_odd("google"):
        raise AssertionError
