"""Across the way from an ID token to a session: what is not signed or not meant so is refused."""

import hmac
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tests.identity.server import (
    CLIENT,
    KEYS,
    OTHER,
    SECRET,
    TENANT,
    FromNow,
    encoded,
    signed,
    spelled,
)

OTHER_TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
PUBLIC = KEYS["rsa"].as_pem(private=False)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"iss": ["{url}"]},
        {"iss": "{url}/"},
        {"iss": 7},
        {"iss": ""},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": []},
        {"aud": ["another-client"]},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": CLIENT},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": CLIENT, "azp": "another-client"},
        {"aud": {"a": CLIENT}},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": ["x"]},
        {"exp": FromNow(-3600)},
        {"exp": None},
        {"exp": "later"},
        {"iat": FromNow(3600)},
        {"iat": None},
        {"nbf": FromNow(3600)},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"auth_time": FromNow(3600)},
        {"auth_time": 0},
        {"auth_time": -1},
        {"auth_time": True},
        {"auth_time": ""},
        {"auth_time": "now"},
        {"auth_time": 1e400},
        {"auth_time": [1]},
    ],
    ids=str,
)
async def test_an_id_token_that_says_anything_wrong_is_refused(claims, providers, visitor, lying):
    providers.claims |= spelled(claims, providers.url)
    await lying.refused(await visitor.signs_in("google"))


@pytest.mark.parametrize("provider", ["google", "microsoft"])
@pytest.mark.parametrize("stated", [FromNow(-90), FromNow(-86_400), 1], ids=str)
async def test_who_should_prove_anew_who_they_are_and_did_not_is_refused(
    stated, provider, providers, visitor, lying
):
    providers.claims |= spelled({"auth_time": stated})
    await lying.refused(await visitor.signs_in(provider, "?again=1"))


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": None},
        {"tid": OTHER_TENANT},
        {"tid": "x", "iss": "{url}/x/v2.0"},
        {"tid": ".*"},
        {"tid": 7},
        {"tid": "{tenantid}", "iss": "{url}/{tenantid}/v2.0"},
        {"tid": f"{TENANT}\n", "iss": f"{{url}}/{TENANT}\n/v2.0"},
        {"iss": "{url}/common/v2.0"},
        {"iss": f"{{url}}/{OTHER_TENANT}/v2.0"},
        {"iss": f"https://evil.example/{TENANT}/v2.0"},
        {"iss": f"{{url}}/{TENANT}/v1.0"},
        {"iss": f"{{url}}/{TENANT}/v2.0/"},
    ],
    ids=str,
)
async def test_microsofts_issuer_must_be_the_users_organisation(claims, providers, visitor, lying):
    providers.claims |= spelled(claims, providers.url)
    await lying.refused(await visitor.signs_in("microsoft"))


def without_algorithm(claims):
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}."


def by_hmac(key):
    """Signed by what everybody can know of the provider, or by our own secret."""

    def token(claims):
        head = f"{encoded({'alg': 'HS256', 'kid': 'rsa'})}.{encoded(claims)}"
        return f"{head}.{encoded(hmac.digest(key, head.encode(), 'sha256'))}"

    return token


def by_hand(claims, header, key):
    """RS256 under a header that no library would write."""
    head = f"{encoded(header)}.{encoded(claims)}"
    made = key.private_key.sign(head.encode(), PKCS1v15(), SHA256())
    return f"{head}.{encoded(made)}"


def changed(claims):
    head, _, seal = signed(claims).split(".")
    return f"{head}.{encoded(claims | {'email': 'victim@example.org'})}.{seal}"


@pytest.mark.parametrize(
    "token",
    [
        without_algorithm,
        lambda claims: without_algorithm(claims) + signed(claims).split(".")[2],
        lambda claims: signed(claims).rpartition(".")[0] + ".",
        by_hmac(PUBLIC),
        by_hmac(json.dumps(KEYS["rsa"].as_dict(private=False)).encode()),
        by_hmac(SECRET.encode()),
        by_hmac(b""),
        changed,
        lambda claims: signed(claims, key=OTHER),
        lambda claims: signed(claims, {"kid": "unknown"}, OTHER),
        lambda claims: by_hand(claims, {"alg": "RS256"}, OTHER),
        lambda claims: by_hand(claims, {"alg": "RS256", "kid": ["rsa"]}, KEYS["rsa"]),
        lambda claims: signed(claims, {"jwk": OTHER.as_dict(private=False)}, OTHER),
        lambda claims: signed(claims, {"jku": "https://evil.example/jwks"}, OTHER),
        lambda claims: by_hand(
            claims, {"alg": "RS256", "kid": "rsa", "crit": ["x"], "x": 1}, KEYS["rsa"]
        ),
        lambda claims: signed(claims, {"alg": "PS256", "kid": "rsa"}).replace("a", "b"),
        lambda _: "",
        lambda _: "x",
        lambda _: "a.b.c",
        lambda _: None,
        lambda _: 7,
        lambda _: {"a": 1},
        lambda _: f"{encoded({'alg': 'RS256', 'kid': 'rsa'})}.{encoded([])}.AAAA",
    ],
    ids=["none", "none with a seal", "no seal", "public PEM", "public JWK", "our secret", "empty",
         "changed", "other key", "unknown kid", "no kid", "list of kids", "its own key",
         "its own address", "critical", "broken", "nothing", "text", "three texts", "null",
         "number", "object", "list"],
)  # fmt: skip
async def test_a_token_that_the_provider_did_not_sign_is_refused(token, providers, visitor, lying):
    providers.token = token
    await lying.refused(await visitor.signs_in("google"))
