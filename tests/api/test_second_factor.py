"""Setting up the second factor by requests of the page."""

import pyotp
import pytest

from assistant.config import settings
from assistant.services import second_factor
from tests.services.talk import rows

NOON = 1_800_000_015.0
ROUTES = ("enrol", "confirm", "recovery-codes")


@pytest.fixture
def hers(ann, monkeypatch):
    """Sends one of the requests in Ann's browser."""
    monkeypatch.setattr(second_factor, "_now", lambda: NOON)

    async def send(what: str, **form: str):
        answer = await ann.browser.post(f"/api/second-factor/{what}", data=form)
        assert answer.headers["cache-control"] == "no-store"
        return answer

    return send


async def test_it_is_set_up_with_a_code_and_gives_recovery_codes_once(hers):
    begun = (await hers("enrol")).json()
    assert begun.keys() == {"uri", "secret", "path", "size"}
    totp = pyotp.TOTP(begun["secret"])
    refused = await hers("confirm", code="000000" if totp.at(NOON) != "000000" else "000001")
    assert (refused.status_code, refused.json()["error"]) == (422, second_factor.WRONG)
    codes = (await hers("confirm", code=totp.at(NOON))).json()["codes"]
    assert len(codes) == 10
    fresh = (await hers("recovery-codes")).json()["codes"]
    assert len({*codes, *fresh}) == 20
    again = await hers("enrol")
    assert (again.status_code, again.json()) == (422, {"error": second_factor.ALREADY_ON})


async def test_a_plan_without_it_is_told_so(hers, monkeypatch):
    monkeypatch.setenv("DEFAULT_TIER", "free")
    settings.cache_clear()
    try:
        answer = await hers("enrol")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (answer.status_code, answer.json()) == (422, {"error": second_factor.NOT_ALLOWED})


async def test_too_many_codes_are_told_how_long_to_wait(hers):
    totp = pyotp.TOTP((await hers("enrol")).json()["secret"])
    near = {totp.at(NOON + 30 * step) for step in range(-2, 3)}
    wrong = next(code for code in map("{:06}".format, range(10)) if code not in near)
    told = [(await hers("confirm", code=wrong)).status_code for _ in range(6)]
    assert told == [422] * 5 + [429]
    assert "15 minutes" in (await hers("confirm", code=totp.at(NOON))).json()["error"]


async def test_an_old_sign_in_is_told_where_to_prove_it_again(hers, ann, db):
    old = "update login_sessions set fresh_at = now() - interval '6 minutes' where id = $1"
    await rows(db, old, ann.user.session_id)
    for what in ("enrol", "recovery-codes"):
        answer = await hers(what)
        assert (answer.status_code, answer.json()["where"]) == (403, "/sign-in?again=1")
    assert not await rows(db, "select 1 from second_factors where user_id = $1", ann.user.id)


@pytest.mark.parametrize("what", ROUTES)
async def test_it_is_for_who_is_signed_in_and_for_pages_of_ours(what, visitor, ann, db):
    path = f"/api/second-factor/{what}"
    assert (await visitor.post(path)).status_code == 401
    evil = {"origin": "https://evil.example"}
    assert (await ann.browser.post(path, headers=evil)).status_code == 403
    assert not await rows(db, "select 1 from second_factors where user_id = $1", ann.user.id)
