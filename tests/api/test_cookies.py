"""The cookies of a session: their names, their flags, and how long browsers keep them."""

import re
from uuid import uuid4

import pytest

from assistant.config import settings

ONE_PAGE = {"httponly", "samesite=lax", "path=/"}


@pytest.fixture
def behind_https(monkeypatch):
    monkeypatch.setenv("APP_URL", "https://localhost")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def cookies_of(browser):
    """Name, flags and seconds of each cookie that a sign-in sets."""
    answer = await browser.post("/auth/login/local", data={"name": f"Carol {uuid4().hex[:8]}"})
    found = {}
    for line in answer.headers.get_list("set-cookie"):
        pair, *flags = line.lower().split("; ")
        seconds = int(re.search(r"max-age=(\d+)", line.lower())[1])
        found[pair.split("=")[0]] = ({f for f in flags if not f.startswith("max-age")}, seconds)
    return found


async def test_on_this_machine_the_names_are_plain_and_scripts_read_none_that_opens(visitor):
    found = await cookies_of(visitor)
    assert {name: flags for name, (flags, _) in found.items()} == {
        "session": ONE_PAGE,
        "refresh": ONE_PAGE,
        "user": ONE_PAGE - {"httponly"},
        "left": ONE_PAGE - {"httponly"},
    }


@pytest.mark.usefixtures("behind_https")
async def test_behind_https_no_other_host_and_no_plain_http_can_set_them(visitor):
    found = await cookies_of(visitor)
    assert {name: flags for name, (flags, _) in found.items()} == {
        "__host-session": ONE_PAGE | {"secure"},
        "__host-refresh": ONE_PAGE | {"secure"},
        "user": (ONE_PAGE - {"httponly"}) | {"secure"},
        "left": (ONE_PAGE - {"httponly"}) | {"secure"},
    }


async def test_the_access_token_is_kept_for_minutes_and_the_rest_for_a_month(visitor):
    found = await cookies_of(visitor)
    assert {name: seconds for name, (_, seconds) in found.items()} == {
        "session": 540,
        "refresh": 30 * 24 * 3600,
        "user": 30 * 24 * 3600,
        "left": 540,
    }


@pytest.mark.usefixtures("behind_https")
async def test_behind_https_a_cookie_without_the_prefix_is_nobodys(ann):
    answer = await ann.browser.get("/", headers={"accept": "text/html"})
    assert answer.headers["location"] == "/sign-in"
