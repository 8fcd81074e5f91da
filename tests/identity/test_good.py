"""Across the whole way: those who come back from a provider in good order are signed in."""

from hashlib import sha256

import pytest

from assistant.errors import StepUpNeeded
from assistant.services.accounts import name_of
from assistant.services.identities import listed
from assistant.services.sessions import require_fresh
from tests.identity.server import CLIENT, KEYS, TENANT, FromNow, encoded, signed, spelled

OTHER_TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


def lines(*claims):
    return [pytest.param(each, id=str(each)[:60]) for each in claims]


@pytest.mark.parametrize("provider", ["google", "microsoft", "github"])
async def test_who_comes_is_the_same_user_each_time(provider, people):
    one, again = people(), people()
    answer = await one.signs_in(provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    await again.signs_in(provider)
    assert await one.id() == await again.id()
    assert await one.user() != await again.user()


@pytest.mark.parametrize(
    "claims",
    lines(
        {"aud": [CLIENT]},
        {"aud": CLIENT, "azp": CLIENT},
        {"exp": FromNow(-20)},
        {"iat": FromNow(20)},
        {"nbf": FromNow(-20)},
        {"auth_time": FromNow(0), "amr": ["pwd"], "acr": "1", "groups": ["a"]},
        {"at_hash": encoded(sha256(b"access").digest()[:16])},
        {"sub": "x" * 255},
        {"name": "Zoë 👩‍🚀 مرحبا", "email": "zoe@example.org"},
        {"name": "x" * 5000, "email": "y" * 5000},
        {"name": "\x00\u202e\ud83d"[:2], "email": 7},
        {"name": {"a": 1}, "email": ["x"]},
        {"name": None, "email": None},
        {"email": "a@example.org", "email_verified": False},
    ),
)
async def test_every_honest_id_token_signs_in(claims, providers, visitor):
    providers.claims |= spelled(claims)
    answer = await visitor.signs_in("google")
    assert answer.headers["location"] == "/"
    assert await name_of(await visitor.id())


@pytest.mark.parametrize(
    ("header", "key"), [({"alg": "PS256"}, "rsa"), ({"alg": "ES256", "kid": "ec"}, "ec")]
)
async def test_a_provider_may_sign_by_any_good_algorithm(header, key, providers, visitor):
    providers.token = lambda claims: signed(claims, header, KEYS[key])
    assert (await visitor.signs_in("google")).headers["location"] == "/"


async def test_a_provider_may_change_its_keys(providers, people):
    providers.keys = [KEYS["ec"]]
    providers.token = lambda claims: signed(claims, {"alg": "ES256", "kid": "ec"}, KEYS["ec"])
    assert (await people().signs_in("google")).headers["location"] == "/"
    providers.keys = [KEYS["rsa"]]
    providers.token = signed
    assert (await people().signs_in("google")).headers["location"] == "/"


async def test_each_organisation_of_microsoft_is_an_issuer_of_its_own(providers, people):
    one, other = people(), people()
    await one.signs_in("microsoft")
    providers.claims |= {"tid": OTHER_TENANT, "iss": f"{providers.url}/{OTHER_TENANT}/v2.0"}
    await other.signs_in("microsoft")
    assert await one.id() != await other.id()


async def test_an_answer_may_name_its_issuer(providers, people):
    providers.metadata["authorization_response_iss_parameter_supported"] = True
    ways = {
        "google": providers.url,
        "microsoft": f"{providers.url}/{TENANT}/v2.0",
        "github": providers.url,
    }
    for provider, issuer in ways.items():
        visitor = people()
        address = await visitor.begins(provider)
        answer = await visitor.comes_back(f"{address}&iss={issuer}")
        assert answer.headers["location"] == "/"


async def test_two_tabs_may_sign_in_at_once(visitor):
    first, second = await visitor.begins("google"), await visitor.begins("github")
    assert (await visitor.comes_back(second)).headers["location"] == "/"
    assert (await visitor.comes_back(first)).headers["location"] == "/"


async def test_who_comes_back_is_where_they_were(visitor):
    answer = await visitor.signs_in("google", "?next=/chat/12ab-34")
    assert answer.headers["location"] == "/chat/12ab-34"


async def test_a_fresh_sign_in_is_asked_for_as_each_provider_has_it(visitor, providers):
    for provider, prompt in (("google", "select_account"), ("microsoft", "login")):
        for query, *asked in (("", None, "2592000"), ("?again=1", prompt, "0")):
            await visitor.begins(provider, query)
            *_, last = providers.asked.values()
            assert [last.query.get("prompt"), last.query["max_age"]] == asked


@pytest.mark.parametrize("stated", [FromNow(0), FromNow(-50), FromNow(50), None], ids=str)
async def test_who_has_proved_it_anew_or_whose_provider_does_not_say_is_fresh(
    stated, providers, visitor
):
    providers.claims |= spelled({"auth_time": stated})
    answer = await visitor.signs_in("google", "?again=1&next=/settings")
    assert answer.headers["location"] == "/settings"
    await require_fresh(await visitor.user())


async def test_who_signs_in_by_what_a_browser_remembers_is_signed_in_and_not_fresh(
    providers, visitor
):
    providers.claims |= spelled({"auth_time": FromNow(-3600)})
    assert (await visitor.signs_in("google")).headers["location"] == "/"
    with pytest.raises(StepUpNeeded):
        await require_fresh(await visitor.user())


async def test_of_github_only_the_main_and_proven_address_is_shown(providers, people):
    mails = [
        {"email": "main@example.org", "primary": True, "verified": False},
        {"email": "proven@example.org", "primary": False, "verified": True},
    ]
    for emails, label in (
        (mails, "octo"),
        ([*mails, {"email": "both@example.org", "primary": True, "verified": True}],
         "both@example.org"),
        ([], "octo"),
    ):  # fmt: skip
        providers.emails = emails
        visitor = people()
        await visitor.signs_in("github")
        (identity,) = await listed(await visitor.id())
        assert (identity.provider, identity.label) == ("github", label)


@pytest.mark.parametrize("status", [403, 404])
async def test_where_github_withholds_addresses_its_users_sign_in_all_the_same(
    status, providers, visitor
):
    providers.status["/user/emails"] = status
    assert (await visitor.signs_in("github")).headers["location"] == "/"
    (identity,) = await listed(await visitor.id())
    assert identity.label == "octo"


async def test_nothing_of_the_provider_stays_in_the_browser(visitor):
    answer = await visitor.signs_in("google")
    kept = [each.split("=")[0] for each in answer.headers.get_list("set-cookie")]
    assert kept == ["session", "refresh", "user", "left"]
    assert answer.headers["cache-control"] == "no-store"
