"""Signing in and out by plain forms."""

import re
from uuid import uuid4

import pytest

from assistant.config import settings
from assistant.services import accounts
from tests.services.talk import rows

HTML = {"accept": "text/html"}


def name():
    return f"Carol {uuid4().hex[:8]}"


async def test_a_name_opens_a_session_whose_cookie_scripts_cannot_read(visitor):
    answer = await visitor.post("/auth/login/local", data={"name": name()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["cache-control"] == "no-store"
    flags = answer.headers["set-cookie"].lower()
    assert all(flag in flags for flag in ("httponly", "samesite=lax", "path=/", "max-age=43200"))
    assert "secure" not in flags
    assert (await visitor.get("/", headers=HTML)).status_code == 200


async def test_the_page_learns_whose_it_is_for_longer_than_the_session_lasts(visitor):
    answer = await visitor.post("/auth/login/local", data={"name": name()})
    session, mark = answer.headers.get_list("set-cookie")
    assert mark.startswith(f"user={accounts._claimed(visitor.cookies['session']).id};")
    assert "httponly" not in mark.lower()
    ages = [int(re.search(r"Max-Age=(\d+)", each)[1]) for each in (session, mark)]
    assert ages[1] > ages[0]
    left = await visitor.post("/auth/logout")
    assert [each.split(";")[0] for each in left.headers.get_list("set-cookie")] == [
        'session=""',
        'user=""',
    ]


async def test_behind_https_the_cookie_stays_there(visitor, monkeypatch):
    monkeypatch.setenv("APP_URL", "https://localhost")
    settings.cache_clear()
    try:
        answer = await visitor.post("/auth/login/local", data={"name": name()})
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("bad", ["", "  ", "x" * 61, "\u200b", "\u3164", "a\x00b", "\n"])
async def test_an_unusable_name_comes_back_and_the_page_says_why(bad, visitor):
    answer = await visitor.post("/auth/login/local", data={"name": bad})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?error=name"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil"])
async def test_nobody_is_sent_elsewhere_after_signing_in(back, visitor):
    answer = await visitor.post(
        f"/auth/login/local?next={back}", data={"name": name(), "next": back}
    )
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"%%%=&&=%ff%fe"),
        ("application/x-www-form-urlencoded", b"a=1&b=2&c=3&d=4&e=5&name=x"),
        ("application/x-www-form-urlencoded", b"name=" + b"x" * 2_000_000),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="name"; filename="f"\r\n\r\nx\r\n--x--',
        ),
        ("application/json", b'{"name": "x"}'),
        ("text/plain", b"\x00\xff"),
    ],
)
async def test_no_form_is_a_defect_of_ours(kind, body, visitor):
    answer = await visitor.post("/auth/login/local", content=body, headers={"content-type": kind})
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("variable", "value"),
    [("APP_URL", "https://a.example"), ("BIND_HOST", "0.0.0.0"), ("GITHUB_CLIENT_ID", "x")],  # noqa: S104
)
async def test_off_loopback_or_with_oauth_there_is_no_such_page(
    variable, value, visitor, monkeypatch
):
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    try:
        answer = await visitor.post("/auth/login/local", data={"name": name()})
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (answer.status_code, answer.json()) == (404, {"error": "This page does not exist."})


async def test_a_link_cannot_sign_anybody_in_or_out(ann):
    for path in ("/auth/login/local?name=x", "/auth/logout"):
        answer = await ann.browser.get(path)
        assert "set-cookie" not in answer.headers
    assert (await ann.browser.get("/", headers=HTML)).status_code == 200


async def test_signing_out_ends_the_session_everywhere(ann, app, db):
    answer = await ann.browser.post("/auth/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'session=""' in answer.headers["set-cookie"]
    ann.browser.cookies.set("session", ann.token)
    assert (await ann.browser.get("/", headers=HTML)).headers["location"] == "/sign-in"
    (row,) = await rows(
        db, "select revoked_at from login_sessions where id = $1", ann.user.session_id
    )
    assert row["revoked_at"] is not None


async def test_signing_out_twice_or_as_nobody_is_quiet(visitor):
    for _ in range(2):
        assert (await visitor.post("/auth/logout")).status_code == 303


async def test_a_session_that_was_revoked_elsewhere_is_refused_soon(ann, db, monkeypatch):
    monkeypatch.setattr(accounts, "KNOWN_FOR_SECONDS", 0.0)
    accounts._known.clear()
    assert (await ann.browser.get("/api/events-of-nobody")).status_code == 200
    await rows(
        db, "update login_sessions set revoked_at = now() where id = $1", ann.user.session_id
    )
    assert (await ann.browser.get("/", headers=HTML)).status_code == 303
    assert (await ann.browser.get(f"/api/turns/{uuid4()}/events")).status_code == 401
