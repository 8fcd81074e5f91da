"""Who somebody is: sign-in by name, tokens, and the end of a session."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from assistant.config import settings
from assistant.errors import NotFound, NotSignedIn, Refused
from assistant.services import accounts
from assistant.services.accounts import (
    User,
    name_of,
    recognised,
    sign_in_by_name,
    sign_out,
    vouched,
    who_is,
)
from tests.conftest import SECRET
from tests.services.talk import rows


def name() -> str:
    return f"Carol {uuid4().hex[:10]}"


def signed(claims: dict, key: OctKey | None = None) -> str:
    return jwt.encode({"alg": "HS256"}, claims, key or accounts._key())


def claims_of(user, **changes) -> dict:
    expires = datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": str(user.id), "sid": str(user.session_id), "exp": int(expires.timestamp())}
    return {k: v for k, v in (claims | changes).items() if v is not None}


async def test_the_same_name_is_the_same_user_in_another_session(db):
    carol = name()
    first = await who_is(await sign_in_by_name(carol))
    again = await who_is(await sign_in_by_name(f"  {carol.upper()} "))
    assert first.id == again.id
    assert first.session_id != again.session_id
    assert await name_of(first.id) == carol


async def test_names_that_look_alike_are_one_account(db):
    carol = f"Zo\u00e9 {uuid4().hex[:10]}"
    first = await who_is(await sign_in_by_name(carol))
    for same in (
        carol.replace("\u00e9", "e\u0301"),
        carol.replace("Z", "Z\u200d"),
        f"{carol.upper()}\u200c",
        f"\u200b{carol} ",
    ):
        assert (await who_is(await sign_in_by_name(same))).id == first.id
    assert await name_of(first.id) == carol
    assert (await who_is(await sign_in_by_name(carol.replace("\u00e9", "e")))).id != first.id


async def test_ten_first_sign_ins_at_once_make_one_account(db):
    carol = name()
    tokens = await asyncio.gather(*(sign_in_by_name(carol) for _ in range(10)))
    users = [await who_is(token) for token in tokens]
    assert len({user.id for user in users}) == 1
    assert len(await rows(db, "select 1 from profiles where user_id = $1", users[0].id)) == 1


@pytest.mark.parametrize(
    "bad", ["", "   ", "\u200b", "\u200d", "\u3164", "x" * 61, "a\x00", "\udc80", "\n\t"]
)
async def test_an_unusable_name_is_refused_with_a_sentence(bad, db):
    with pytest.raises(Refused) as caught:
        await sign_in_by_name(bad)
    assert str(caught.value).endswith(".")


async def test_off_loopback_or_with_oauth_there_is_no_sign_in_by_name(db, monkeypatch):
    for variable, value in (
        ("APP_URL", "https://assistant.example"),
        ("BIND_HOST", "0.0.0.0"),  # noqa: S104
        ("GOOGLE_CLIENT_ID", "client"),
        ("MICROSOFT_CLIENT_ID", "client"),
        ("GITHUB_CLIENT_ID", "client"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            settings.cache_clear()
            with pytest.raises(NotFound):
                await sign_in_by_name(name())
        settings.cache_clear()


async def test_a_token_that_we_did_not_sign_is_nobodys(alice):
    unsigned = "eyJhbGciOiJub25lIn0." + signed(claims_of(alice)).split(".")[1] + "."
    good = signed(claims_of(alice))
    past = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    assert await who_is(good) == alice
    for bad in (
        None,
        "",
        "abc",
        "a.b.c",
        "ä.ö.ü",
        unsigned,
        good[:-4] + "AAAA",
        signed(claims_of(alice), OctKey.import_key("another" * 8)),
        signed(claims_of(alice), OctKey.import_key(SECRET)),
        good + "x",
        signed(claims_of(alice, exp=past)),
        signed(claims_of(alice, exp=None)),
        signed(claims_of(alice, sid=None)),
        signed(claims_of(alice, sub=None)),
        signed(claims_of(alice, sub="me")),
        signed(claims_of(alice, sid=str(uuid4()))),
        signed(claims_of(alice, sub=str(uuid4()), sid=str(uuid4()))),
    ):
        with pytest.raises(NotSignedIn):
            await who_is(bad)


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
async def test_a_forged_header_of_any_shape_is_nobodys(header, alice):
    _, claims, seal = signed(claims_of(alice)).split(".")
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    for sealed in (seal, "", "AAAA"):
        with pytest.raises(NotSignedIn):
            await who_is(f"{forged}.{claims}.{sealed}")


async def test_what_is_vouched_for_is_recognised_and_nothing_else_is(alice, bob):
    header = vouched(alice)
    assert recognised(header) == alice
    _, _, seal = header.split(" ")
    forged = f"{bob.id} {bob.session_id} {seal}"
    for bad in (None, "", header + "x", header[:-1], header.upper(), forged, f"{alice.id} {seal}"):
        with pytest.raises(NotSignedIn):
            recognised(bad)


@pytest.mark.usefixtures("prepared")
@given(st.text())
def test_no_text_is_vouched_for(text):
    for header in (text, f"{uuid4()} {uuid4()} {text}"):
        with pytest.raises(NotSignedIn):
            recognised(header)


async def test_a_session_of_another_user_is_nobodys(alice, bob):
    for forget in (lambda: None, accounts._known.clear):
        forget()
        with pytest.raises(NotSignedIn):
            await who_is(signed(claims_of(alice, sid=str(bob.session_id))))


@pytest.mark.usefixtures("prepared")
@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_a_token(text):
    with pytest.raises(NotSignedIn):
        accounts._claimed(text)


async def test_a_session_that_was_signed_out_or_expired_is_over(alice, db):
    token = signed(claims_of(alice))
    await sign_out(alice)
    with pytest.raises(NotSignedIn):
        await who_is(token)
    other = await who_is(await sign_in_by_name(name()))
    await rows(db, "update login_sessions set expires_at = now() where id = $1", other.session_id)
    accounts._known.clear()
    with pytest.raises(NotSignedIn):
        await who_is(signed(claims_of(other)))


async def test_a_session_that_another_process_ended_is_noticed_in_time(alice, db, monkeypatch):
    token = signed(claims_of(alice))
    monkeypatch.setattr(accounts, "KNOWN_FOR_SECONDS", 0.0)
    accounts._known.clear()
    assert await who_is(token) == alice
    await rows(db, "update login_sessions set revoked_at = now() where id = $1", alice.session_id)
    with pytest.raises(NotSignedIn):
        await who_is(token)


async def test_what_is_remembered_of_sessions_is_bounded(alice):
    accounts._known.update({User(uuid4(), uuid4()): 0.0 for _ in range(10_001)})
    accounts._remember(alice)
    assert len(accounts._known) == 1


async def test_the_usual_model_is_remembered_for_each_user(alice, bob):
    await accounts.set_usual_model(alice.id, "gpt-4o")
    assert await accounts.usual_model(alice.id) == "gpt-4o"
    assert await accounts.usual_model(bob.id) == ""
