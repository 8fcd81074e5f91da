"""Across the whole way back from a provider: what is odd is refused, always by the same page."""

import re

import pytest

from tests.identity.server import TENANT
from tests.services.talk import rows

UNKNOWN = "6a0f3c52-5b0e-4c7c-9a55-2f0f3bd1c7ae"


def without(name):
    return lambda address: re.sub(rf"[?&]{name}=[^&]*", "", address).replace("google&", "google?")


def instead(name, value):
    return lambda address: re.sub(rf"{name}=[^&]*", f"{name}={value}", address)


def more(text):
    return lambda address: address + text


@pytest.mark.parametrize(
    "change",
    [
        without("state"),
        instead("state", ""),
        instead("state", "x"),
        instead("state", "%00"),
        instead("state", UNKNOWN),
        more("&state=x"),
        more(f"&state={UNKNOWN}"),
        without("code"),
        instead("code", ""),
        instead("code", "x"),
        more("&code=x"),
        more("&iss=https://evil.example"),
        more("&iss="),
        more("&error=server_error"),
        lambda _: "http://localhost:3000/auth/callback/google",
        lambda address: address.replace("/google", "/github"),
        lambda address: address.replace("/google", "/microsoft"),
    ],
    ids=["no state", "empty state", "no id", "nul", "unknown state", "two states", "second state",
         "no code", "empty code", "unknown code", "two codes", "foreign issuer", "empty issuer",
         "error", "nothing", "to github", "to microsoft"],
)  # fmt: skip
async def test_an_address_that_was_changed_is_refused(change, visitor, lying):
    address = change(await visitor.begins("google"))
    await lying.refused(await visitor.comes_back(address))


async def test_a_missing_issuer_is_refused_where_the_provider_names_it(providers, visitor, lying):
    providers.metadata["authorization_response_iss_parameter_supported"] = True
    await lying.refused(await visitor.signs_in("google"))


@pytest.mark.parametrize("issuer", ["{tenantid}", "x", f"{TENANT}%0A", f"{TENANT}/v2.0/x", ".*"])
async def test_an_issuer_that_is_no_organisation_is_refused(issuer, providers, visitor, lying):
    address = await visitor.begins("microsoft")
    answer = await visitor.comes_back(f"{address}&iss={providers.url}/{issuer}/v2.0")
    await lying.refused(answer)


async def test_an_attempt_is_finished_once(visitor, lying):
    address = await visitor.begins("google")
    await visitor.comes_back(instead("code", "x")(address))
    await lying.refused(await visitor.comes_back(address))


async def test_a_success_cannot_be_repeated(visitor, people):
    address = await visitor.begins("google")
    await visitor.comes_back(address)
    user = await visitor.user()
    answer = await visitor.comes_back(address)
    assert answer.headers["location"] == "/sign-in?error=refused"
    assert await visitor.user() == user


async def test_an_attempt_that_waited_ten_minutes_is_over(visitor, db, lying):
    address = await visitor.begins("google")
    state = re.search("state=([^&]*)", address)[1]
    await rows(db, "update sign_in_attempts set expires_at = now() where id = $1", state)
    await lying.refused(await visitor.comes_back(address))


@pytest.mark.parametrize("provider", ["google", "microsoft", "github"])
async def test_an_attempt_of_another_browser_is_refused(provider, people, lying):
    mallory, victim = people(), people()
    address = await mallory.begins(provider)
    await lying.refused(await victim.comes_back(address), visitor=victim)
    await victim.begins(provider)
    await lying.refused(await victim.comes_back(address), visitor=victim)


@pytest.mark.parametrize("mark", ["", "x", UNKNOWN])
async def test_a_browser_that_lost_its_mark_is_refused(mark, visitor, lying):
    address = await visitor.begins("google")
    visitor.browser.cookies.clear()
    visitor.browser.cookies.set("attempt", mark)
    await lying.refused(await visitor.comes_back(address))


@pytest.mark.parametrize("pkce", [True, False], ids=["strict provider", "careless provider"])
async def test_a_code_of_another_attempt_is_refused(pkce, providers, people, lying):
    providers.pkce = pkce
    mallory, victim = people(), people()
    code = re.search("code=([^&]*)", await mallory.begins("google"))[1]
    address = instead("code", code)(await victim.begins("google"))
    await lying.refused(await victim.comes_back(address), visitor=victim)


async def test_a_provider_that_is_told_no_verifier_gives_no_token(providers, visitor, lying):
    address = await visitor.begins("google")
    for asked in providers.asked.values():
        asked.query["code_challenge"] = "another"
    await lying.refused(await visitor.comes_back(address))


@pytest.mark.parametrize("how", ["tampered", "of another row"])
async def test_a_plan_that_was_not_made_for_this_attempt_is_refused(how, visitor, db, lying):
    first, second = await visitor.begins("google"), await visitor.begins("google")
    one, other = (re.search("state=([^&]*)", each)[1] for each in (first, second))
    set_plan = "update sign_in_attempts set plan = "
    if how == "tampered":
        await rows(db, set_plan + "set_byte(plan, 60, 65 + get_byte(plan, 60) % 2) where id = $1",
                   one)  # fmt: skip
    else:
        taken = "(select plan from sign_in_attempts where id = $2) where id = $1"
        await rows(db, set_plan + taken, one, other)
    await lying.refused(await visitor.comes_back(first))


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("/token", 400, "refused"),
        ("/token", 503, "away"),
        ("/jwks", 500, "away"),
        ("/login/oauth/access_token", 401, "refused"),
        ("/user", 401, "refused"),
        ("/user/emails", 401, "refused"),
        ("/user", 502, "away"),
    ],
)
async def test_a_provider_that_fails_signs_nobody_in(path, status, why, lying):
    provider = "google" if path in ("/token", "/jwks") else "github"
    address = await lying.visitor.begins(provider)
    lying.providers.status[path] = status
    await lying.refused(await lying.visitor.comes_back(address), why)


@pytest.mark.parametrize(
    ("status", "metadata", "why"),
    [
        (500, {}, "away"),
        (0, {"issuer": None}, "refused"),
        (0, {"issuer": 7}, "refused"),
        (0, {"authorization_endpoint": None}, "refused"),
        (0, {"token_endpoint": None}, "refused"),
        (0, {"jwks_uri": None}, "refused"),
    ],
    ids=str,
)
async def test_a_discovery_that_is_odd_signs_nobody_in(status, metadata, why, lying):
    lying.providers.status["/.well-known/openid-configuration"] = status
    lying.providers.metadata = metadata
    answer = await lying.visitor.browser.get("/auth/login/google")
    if "error=" not in answer.headers["location"]:
        answer = await lying.visitor.signs_in("google")
    await lying.refused(answer, why)


@pytest.mark.parametrize("number", [None, "7", True, 0, -1, 1.5, [7], {"a": 7}], ids=str)
async def test_a_github_user_without_a_number_is_refused(number, providers, visitor, lying):
    providers.user = {"id": number, "login": "octo"}
    await lying.refused(await visitor.signs_in("github"))


@pytest.mark.parametrize(
    ("user", "emails"),
    [([], []), ("x", []), ({"id": 7}, {"a": 1}), ({"id": 7}, [7]), ({"id": 7}, [{}])],
    ids=str,
)
async def test_a_github_that_answers_oddly_is_refused(user, emails, providers, visitor):
    providers.user, providers.emails = user, emails
    answer = await visitor.signs_in("github")
    assert answer.headers["location"] == "/sign-in?error=refused"


async def test_who_changes_their_mind_is_told_that_nothing_happened(visitor, lying):
    address = await visitor.begins("google")
    address = without("code")(address) + "&error=access_denied"
    await lying.refused(await visitor.comes_back(address), "cancelled")


@pytest.mark.parametrize("provider", ["local", "x", "%00", "GOOGLE"])
async def test_a_provider_that_is_not_set_up_does_not_exist(provider, visitor):
    for path in ("login", "callback"):
        answer = await visitor.browser.get(f"/auth/{path}/{provider}")
        assert answer.status_code == 404
