"""The code of the second factor: without it nothing is open, with it all is."""

import json
import re
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pyotp
import pytest
from starlette.routing import Route

from assistant.api.guard import SIGNED
from assistant.services import second_factor, sessions
from assistant.services.second_factor import confirm, enrol, turn_off
from assistant.services.sessions import User, require_fresh, who_is
from tests.api.conftest import ORIGIN, ROUTES, knock, signed_in
from tests.conftest import signed_in as one_more_session
from tests.services.talk import rows

HTML = {"accept": "text/html"}
NOON = 1_800_000_015.0
FORM = {"content-type": "application/x-www-form-urlencoded"}
CLOSED = [
    (method, route.path)
    for route in ROUTES
    if isinstance(route, Route) and route.path.startswith("/api/") and "health" not in route.path
    for method in sorted(route.methods - {"HEAD"})
    if route.path != "/api/export"  # a link, which leads to the code instead
    and route.path not in SIGNED  # nobody's
]


@dataclass
class Half:
    """Somebody with a second factor who has signed in and not given the code."""

    owner: User
    user: User
    token: str
    refresh: str
    browser: httpx2.AsyncClient
    totp: pyotp.TOTP
    recovery_codes: list[str]

    async def gives(self, code: str, path: str = "") -> str:
        """Sends the form; returns where that leads."""
        answer = await self.browser.post("/auth/verify", data={"code": code, "next": path})
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        return answer.headers["location"]

    @property
    def wrong(self) -> str:
        """Six digits that are no code."""
        near = {self.totp.at(NOON + 30 * step) for step in range(-2, 3)}
        return next(code for code in map("{:06}".format, range(10)) if code not in near)


@pytest.fixture
async def half(app, db, monkeypatch):
    monkeypatch.setattr(second_factor, "_now", lambda: NOON)
    name = f"Fay {uuid4().hex[:8]}"
    owner = await one_more_session(name)
    totp = pyotp.TOTP((await enrol(owner)).secret)
    codes = await confirm(owner, totp.at(NOON - 30))
    async with signed_in(app, name) as one:
        assert not one.user.verified
        yield Half(owner, one.user, one.token, one.refresh, one.browser, totp, codes)


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_before_the_code_every_route_is_closed(method, path, half):
    address = re.sub(r"{\w+}", str(uuid4()), path)
    answer = await half.browser.request(method, address)
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "For this, give a code of your second factor first. Nothing was changed.",
        "where": "/verify?again=1",
    }
    assert (await half.browser.get("/", headers=HTML)).headers["location"] == "/verify"


async def test_before_the_code_the_export_leads_to_the_page_that_asks_for_it(half):
    answer = await half.browser.get("/api/export")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/verify?again=1&next=/settings"
    assert answer.content == b""


async def test_before_the_code_every_page_leads_to_the_one_that_asks_for_it(half):
    for path in ("/chat/1", "/settings", "/sign-in-not", "/verify-not"):
        answer = await half.browser.get(path, headers=HTML)
        assert answer.headers["location"] == f"/verify?next={path}"
    assert (await half.browser.get("/sign-in", headers=HTML)).headers["location"] == "/"
    for path in ("/verify", "/verify?next=/settings"):
        assert (await half.browser.get(path, headers=HTML)).status_code == 200
    assert (await half.browser.get("/closed", headers=HTML)).headers["location"] == "/sign-in"


@pytest.mark.parametrize("by", ["session", "refresh"])
async def test_before_the_code_the_socket_speaks_for_nobody(by, half, app):
    token = half.token if by == "session" else half.refresh
    headers = {"origin": ORIGIN, "cookie": f"{by}={token}"}
    seen = json.loads((await knock(app, headers))[1]["text"])
    assert seen["headers"] == [["origin", ORIGIN]]
    await half.gives(half.totp.at(NOON))
    seen = json.loads((await knock(app, headers))[1]["text"])
    assert [name for name, _ in seen["headers"]] == ["origin", "x-auth-request-access-token"]


async def test_before_the_code_no_way_to_sign_in_is_linked(half):
    answer = await half.browser.post("/auth/link/google")
    assert answer.headers["location"] == "/verify?again=1&next=/settings"


async def test_renewed_tokens_are_as_half_as_those_before(half):
    half.browser.cookies.set("refresh", half.refresh)
    assert (await half.browser.post("/auth/refresh")).status_code == 200
    assert (await half.browser.get("/api/events")).status_code == 403


@pytest.mark.parametrize("kind", ["code", "recovery"])
async def test_a_code_lets_this_session_in_to_where_it_was_going(kind, half):
    code = half.totp.at(NOON) if kind == "code" else half.recovery_codes[4]
    assert await half.gives(code, "/chat/12?x=1") == "/chat/12?x=1"
    assert (await half.browser.get("/chat/12", headers=HTML)).status_code == 200
    assert (await half.browser.post("/api/search", json={"q": "x"})).status_code == 200
    assert await half.gives(code) == "/verify?error=wrong"


async def test_a_factor_that_does_not_open_asks_for_a_recovery_code(half, db):
    changed = "update second_factors set secret = secret || '\\x00' where user_id = $1"
    await rows(db, changed, half.owner.id)
    assert await half.gives(half.totp.at(NOON)) == "/verify?error=lost"
    assert await half.gives(half.recovery_codes[0]) == "/"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/auth/logout", "\\"])
async def test_a_code_leads_to_pages_of_ours_only(path, half):
    assert await half.gives(half.wrong, path) == "/verify?error=wrong"
    assert await half.gives(half.totp.at(NOON), path) == "/"


async def test_what_is_wrong_with_a_code_is_said_and_the_way_is_kept(half):
    there = "/settings"
    assert await half.gives(half.wrong, there) == "/verify?error=wrong&next=/settings"
    for none in ("", "12345", "x" * 1_000):
        assert await half.gives(none, there) == "/verify?error=code&next=/settings"
    for _ in range(4):
        await half.gives(half.wrong)
    many = await half.gives(half.totp.at(NOON), there)
    assert many == "/verify?error=many&minutes=15&next=/settings"
    assert (await half.browser.get("/api/events")).status_code == 403


async def test_a_code_that_has_let_one_session_in_lets_no_other_in(half, app):
    async with signed_in(app, await second_factor.name_of(half.owner.id)) as other:
        form = {"code": half.totp.at(NOON)}
        for browser, place in ((half.browser, "/"), (other.browser, "/verify?error=wrong")):
            answer = await browser.post("/auth/verify", data=form)
            assert answer.headers["location"] == place


async def test_a_session_whose_access_token_has_expired_may_give_the_code(half):
    half.browser.cookies.clear()
    half.browser.cookies.set("refresh", half.refresh)
    assert (await half.browser.get("/auth/verify")).json() == {"on": True}
    assert await half.gives(half.totp.at(NOON)) == "/"
    assert (await half.browser.get("/", headers=HTML)).status_code == 200


async def test_who_has_no_second_factor_is_told_so(ann):
    assert (await ann.browser.get("/auth/verify")).json() == {"on": False}
    answer = await ann.browser.post("/auth/verify", data={"code": "123456"})
    assert answer.headers["location"] == "/verify?error=off"


async def test_nobody_is_sent_to_sign_in(visitor):
    assert (await visitor.get("/auth/verify")).status_code == 401
    answer = await visitor.post("/auth/verify", data={"code": "123456", "next": "/settings"})
    assert answer.headers["location"] == "/sign-in?next=/settings"


async def test_who_proves_again_who_they_are_comes_back(half, db):
    await half.gives(half.totp.at(NOON))
    user = await who_is(half.token)
    old = "update login_sessions set verified_at = now() - interval '6 minutes' where id = $1"
    await rows(db, old, user.session_id)
    with pytest.raises(sessions.StepUpNeeded) as caught:
        await require_fresh(user)
    page = await half.browser.get(f"{caught.value.where}&next=/settings", headers=HTML)
    assert page.status_code == 200
    assert await half.gives(half.recovery_codes[0], "/settings") == "/settings"
    await require_fresh(user)


async def test_turned_off_nobody_is_asked_any_more(half, app):
    await turn_off(half.owner)
    async with signed_in(app, await second_factor.name_of(half.owner.id)) as one:
        assert (await one.browser.get("/", headers=HTML)).status_code == 200


@pytest.mark.parametrize(
    "body", [b"%%%=&&=%ff%fe", b"a=1&b=2&c=3", b"code=" + b"9" * 2_000_000, b"", b"\x00"]
)
async def test_no_form_is_a_defect_of_ours(body, half):
    answer = await half.browser.post("/auth/verify", content=body, headers=FORM)
    assert answer.status_code < 500
    assert (await half.browser.get("/api/events")).status_code == 403
