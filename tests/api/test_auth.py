"""Signing in and out by plain forms."""

from html import escape
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from assistant.config import settings
from assistant.errors import DatabaseAway, NotSignedIn
from assistant.services import sessions
from assistant.services.sessions import who_is
from tests.conftest import away
from tests.services.talk import rows

HTML = {"accept": "text/html"}


def name():
    return f"Carol {uuid4().hex[:8]}"


async def test_a_name_opens_a_session(visitor):
    answer = await visitor.post("/auth/login/local", data={"name": name()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["cache-control"] == "no-store"
    assert (await visitor.get("/", headers=HTML)).status_code == 200


async def test_who_signs_in_comes_back_to_the_page_where_they_were(visitor):
    there = {"name": name(), "next": "/chat/9c6798e6?x=1"}
    answer = await visitor.post("/auth/login/local", data=there)
    assert answer.headers["location"] == there["next"]


async def test_signing_in_again_ends_the_browsers_old_session(ann, db):
    old = ann.token
    answer = await ann.browser.post("/auth/login/local", data={"name": name()})
    assert answer.status_code == 303
    with pytest.raises(NotSignedIn):
        await who_is(old)
    assert (await ann.browser.get("/", headers=HTML)).status_code == 200


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
    gone = [each.split(";")[0] for each in answer.headers.get_list("set-cookie")]
    assert gone == ['session=""', 'refresh=""', 'user=""', 'left=""']
    assert "clear-site-data" not in answer.headers  # others of this browser keep their drafts here
    ann.browser.cookies.set("session", ann.token)
    ann.browser.cookies.set("refresh", ann.refresh)
    assert (await ann.browser.get("/", headers=HTML)).headers["location"] == "/sign-in"
    (row,) = await rows(
        db, "select revoked_at from login_sessions where id = $1", ann.user.session_id
    )
    assert row["revoked_at"] is not None


async def test_an_expired_access_token_is_signed_out_by_its_refresh_token(ann, db):
    ann.browser.cookies.delete("session")
    ann.browser.cookies.set("refresh", ann.refresh)
    assert (await ann.browser.post("/auth/logout")).status_code == 303
    with pytest.raises(NotSignedIn):
        await who_is(ann.token)


async def test_signing_out_twice_or_as_nobody_is_quiet(visitor):
    for _ in range(2):
        assert (await visitor.post("/auth/logout")).status_code == 303


async def test_without_a_database_this_browser_signs_out_all_the_same(ann, postgres, db):
    sessions._known.clear()
    async with away(postgres, db):
        with capture_logs() as logs:
            answer = await ann.browser.post("/auth/logout", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert len(answer.headers.get_list("set-cookie")) == 4
    assert [entry["event"] for entry in logs] == ["session_not_ended"]


@pytest.fixture
async def stranded(ann, postgres, db):
    """Ann, while the database is away."""
    ann.browser.cookies.set("attempt", str(uuid4()))
    sessions._known.clear()
    async with away(postgres, db):
        yield ann


def assert_leads(answer, back):
    """It is a page with the sentence, and leads there."""
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert str(DatabaseAway()) in answer.text
    assert f'href="{escape(back)}"' in answer.text


@pytest.mark.parametrize("path", ["/auth/login/local", "/auth/verify"])
async def test_without_a_database_who_sends_a_form_reads_a_page(path, stranded):
    form = {"name": name(), "code": "123456"}
    assert_leads(await stranded.browser.post(path, headers=HTML, data=form), "/")


async def test_without_a_database_who_follows_a_link_reads_a_page(stranded, monkeypatch):
    monkeypatch.setenv("GOOGLE_CLIENT_ID", "x")
    settings.cache_clear()
    try:
        for path in (f"/auth/callback/google?state={uuid4()}&x=%22", "/settings?x=1"):
            assert_leads(await stranded.browser.get(path, headers=HTML), path)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_the_page_renews_its_tokens(ann):
    ann.browser.cookies.clear()
    ann.browser.cookies.set("refresh", ann.refresh)
    answer = await ann.browser.post("/auth/refresh")
    assert answer.json() == {"seconds": 540}
    assert answer.headers["cache-control"] == "no-store"
    assert (await ann.browser.get(f"/api/turns/{uuid4()}/events")).status_code == 404


@pytest.mark.parametrize(("what", "ran_out"), [("expires_at", True), ("revoked_at", False)])
async def test_a_page_is_told_whether_its_time_is_up_or_somebody_has_signed_out(
    what, ran_out, ann, db
):
    ann.browser.cookies.set("refresh", ann.refresh)
    ended = f"update login_sessions set {what} = now() where user_id = $1"  # noqa: S608
    await rows(db, ended, ann.user.id)
    answer = await ann.browser.post("/auth/refresh")
    assert answer.status_code == 401
    assert ("ran_out" in answer.json()) is ran_out


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 108, "A" * 10_000])
async def test_what_is_no_refresh_token_renews_nothing(token, visitor):
    answer = await visitor.post("/auth/refresh", headers={"cookie": f"refresh={token}".encode()})
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})
    assert "set-cookie" not in answer.headers


async def test_the_page_learns_how_one_can_sign_in(visitor, monkeypatch):
    assert (await visitor.get("/auth/ways")).json() == {"local": True, "providers": []}
    monkeypatch.setenv("GITHUB_CLIENT_ID", "x")
    settings.cache_clear()
    try:
        answer = await visitor.get("/auth/ways")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    github = {"id": "github", "label": "GitHub"}
    assert answer.json() == {"local": False, "providers": [github]}


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
async def test_behind_a_proxy_nobody_signs_in_by_a_name(visitor, header):
    passed_on = {header: "203.0.113.9"}
    assert (await visitor.get("/auth/ways", headers=passed_on)).json()["local"] is False
    answer = await visitor.post("/auth/login/local", data={"name": "Eve"}, headers=passed_on)
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


async def test_a_session_that_was_revoked_elsewhere_is_refused_soon(ann, db, monkeypatch):
    monkeypatch.setattr(sessions, "KNOWN_FOR_SECONDS", 0.0)
    sessions._known.clear()
    assert (await ann.browser.get("/api/events-of-nobody")).status_code == 200
    await rows(
        db, "update login_sessions set revoked_at = now() where id = $1", ann.user.session_id
    )
    assert (await ann.browser.get("/", headers=HTML)).status_code == 303
    assert (await ann.browser.get(f"/api/turns/{uuid4()}/events")).status_code == 401
