"""The application: its layers, what runs beside the requests, and its orderly end."""

import asyncio
import os

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from assistant.app import at_work, note_failure, surround
from assistant.config import CLOSING
from assistant.errors import CannotStart
from assistant.services import background, erasure, keys, leases, signals, turns
from assistant.services.accounts import name_of
from assistant.services.local_names import subject_of
from tests.services.talk import ended, rows, say, until_entry

LONG = "[[tokens=2000 gap=20]]"


async def _page(_: object) -> PlainTextResponse:
    return PlainTextResponse("a page")


@pytest.fixture
async def browser(db):
    inner = Starlette(routes=[Route("/{path:path}", _page, methods=["GET", "POST"])])
    transport = httpx2.ASGITransport(surround(inner))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_our_routes_stand_before_the_pages(browser):
    assert (await browser.get("/api/health/ready")).json() == {"status": "ready"}
    assert (await browser.get("/api/events")).status_code == 401
    assert (await browser.get("/anything")).text == "a page"


async def test_the_guard_stands_around_all(browser):
    for path in ("/anything", "/auth/login/local", "/_event"):
        assert (await browser.post(path, headers={"origin": "http://x.example"})).status_code == 403
    answer = await browser.get("/anything", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/anything")


@pytest.fixture
async def working():
    """The app at work; the loop of the tests forgets its signal afterwards."""
    yield at_work
    asyncio.get_running_loop().remove_signal_handler(CLOSING)


async def test_a_stop_is_heard_while_it_works_and_nothing_runs_on_after_it(alice, vendors, working):
    before = set(background._tasks)
    async with working():
        chores = set(background._tasks) - before
        stopped, running = await say(alice, LONG), await say(alice, LONG)
        for each in (stopped, running):
            await until_entry(each.turn_id, 3)
        await turns.stop(alice.id, stopped.turn_id, 2)
        assert (await ended(alice, stopped)).status == "stopped"
    state = await ended(alice, running)
    assert (state.status, state.end["error"]) == ("interrupted", leases.INTERRUPTED)
    assert len(chores) == 3
    assert all(chore.done() for chore in chores)


async def test_the_launchers_signal_closes_the_turns_with_what_they_have(alice, vendors, working):
    async with working():
        started = await say(alice, LONG)
        await until_entry(started.turn_id, 3)
        os.kill(os.getpid(), CLOSING)
        state = await ended(alice, started)
        assert (state.status, bool(state.parts)) == ("interrupted", True)


async def test_the_keys_of_who_was_erased_elsewhere_are_held_no_longer(alice, working):
    async with working():
        await name_of(alice.id)
        assert alice.id in keys._OPENED
        await signals.tell(erasure.ERASED, {"user": str(alice.id)})
        assert alice.id not in keys._OPENED


async def test_names_in_clear_are_hashed_before_it_works(alice, db, working):
    clear = "update identities set subject = $2 where user_id = $1"
    await rows(db, clear, alice.id, f"alice {alice.id}")
    async with working():
        (row,) = await rows(db, "select subject from identities where user_id = $1", alice.id)
    assert row["subject"] == subject_of(f"Alice {alice.id}")


async def test_it_does_not_work_on_a_database_of_another_version(db):
    (known,) = await rows(db, "select version_num from alembic_version")
    await rows(db, "update alembic_version set version_num = 'another'")
    try:
        with pytest.raises(CannotStart, match="Start with `make run`"):
            async with at_work():
                raise AssertionError
    finally:
        await rows(db, "update alembic_version set version_num = $1", known["version_num"])


def test_a_defect_in_an_event_is_logged_whole():
    with capture_logs() as logs:
        note_failure(RuntimeError("broken"))
    (entry,) = logs
    assert (entry["event"], str(entry["exc_info"])) == ("event_failed", "broken")
