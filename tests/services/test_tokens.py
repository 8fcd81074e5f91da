"""What a browser carries: tokens that only we can make, and only for a while."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from assistant.config import settings
from assistant.errors import NotSignedIn
from assistant.services import tokens
from assistant.services.tokens import RefreshToken, access_token, claimed
from tests.conftest import SECRET

pytestmark = pytest.mark.usefixtures("prepared")
IDS = (uuid4(), uuid4())


def claims_of(**changes):
    now = int(time.time())
    claims = {
        "iss": settings().url,
        "aud": "browser",
        "sub": str(IDS[0]),
        "sid": str(IDS[1]),
        "iat": now,
        "exp": now + 60,
        "jti": "x",
    }
    return {k: v for k, v in (claims | changes).items() if v is not None}


def signed(claims, key=None):
    return jwt.encode({"alg": "HS256"}, claims, key or tokens._key())


def test_an_access_token_is_good_for_ten_minutes_at_most():
    made = access_token(*IDS)
    assert claimed(made)[:2] == IDS
    claims = json.loads(base64.urlsafe_b64decode(made.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] + tokens.LEEWAY_SECONDS <= 600
    assert access_token(*IDS) != made


def test_what_we_would_sign_is_taken():
    assert claimed(signed(claims_of()))[:2] == IDS


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("iss", "aud", "sub", "sid", "iat", "exp", "jti")),
        {"exp": 1_577_836_800},
        {"exp": "later"},
        {"iat": 4_102_444_800},
        {"nbf": 4_102_444_800},
        {"iss": "http://localhost:3001"},
        {"iss": ["x"]},
        {"aud": "api"},
        {"sub": "me"},
        {"sid": {"a": 1}},
        {"sub": 5},
    ],
    ids=str,
)
def test_claims_that_are_not_all_as_we_make_them_are_nobodys(changes):
    with pytest.raises(NotSignedIn):
        claimed(signed(claims_of(**changes)))


def test_a_token_that_we_did_not_sign_is_nobodys():
    good = signed(claims_of())
    unsigned = "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."
    for bad in (
        None,
        "",
        "abc",
        "a.b.c",
        "ä.ö.ü",
        unsigned,
        good[:-4] + "AAAA",
        good + "x",
        signed(claims_of(), OctKey.import_key("another" * 8)),
        signed(claims_of(), OctKey.import_key(SECRET)),
    ):
        with pytest.raises(NotSignedIn):
            claimed(bad)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS256", "crit": 5},
        {"alg": "HS256", "crit": ["b64"], "b64": False},
        {"alg": "HS256", "crit": {}},
        {"alg": "HS256", "b64": False},
        {"alg": "HS256", "kid": {"a": 1}},
        {"alg": "HS256", "jwk": "x"},
        {"alg": None},
        {"alg": ["HS256"]},
        {"alg": "none"},
        {"alg": "HS512"},
        {"enc": "A128GCM", "alg": "dir"},
        {},
        [],
        "HS256",
        5,
        None,
    ],
    ids=str,
)
def test_a_forged_header_of_any_shape_is_nobodys(header):
    _, claims, seal = signed(claims_of()).split(".")
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    for sealed in (seal, "", "AAAA"):
        with pytest.raises(NotSignedIn):
            claimed(f"{forged}.{claims}.{sealed}")


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_a_token(text):
    for reads in (claimed, RefreshToken.read):
        with pytest.raises(NotSignedIn):
            reads(text)


def test_a_refresh_token_is_read_as_it_was_made():
    made = RefreshToken.first(*IDS)
    assert RefreshToken.read(made.text()) == made
    assert (made.user_id, made.session_id) == IDS
    assert RefreshToken.first(*IDS).hash() != made.hash()


def test_the_successor_follows_from_the_token_and_the_moment_alone():
    made, now = RefreshToken.first(*IDS), datetime.now(UTC)
    there = now.astimezone(timezone(timedelta(hours=5)))
    assert made.successor(now) == RefreshToken.read(made.text()).successor(there)
    later = made.successor(now + timedelta(microseconds=1))
    chain = [made, made.successor(now), made.successor(now).successor(now), later]
    assert len({each.hash() for each in chain}) == 4
    assert made.text() not in str(made.hash())


def test_every_bit_of_a_refresh_token_counts():
    raw = base64.urlsafe_b64decode(RefreshToken.first(*IDS).text())
    for n in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[n // 8] ^= 1 << n % 8
        with pytest.raises(NotSignedIn):
            RefreshToken.read(base64.urlsafe_b64encode(changed).decode())
