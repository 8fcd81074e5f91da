"""Health: live while the process runs, ready while the database answers."""

import pytest

from assistant.errors import DatabaseAway
from assistant.services import sessions
from tests.api.conftest import ORIGIN, knock
from tests.conftest import away


async def test_a_working_server_is_live_and_ready(visitor):
    for path, status in (("live", "live"), ("ready", "ready")):
        answer = await visitor.get(f"/api/health/{path}")
        assert (answer.status_code, answer.json()) == (200, {"status": status})
        assert answer.headers["cache-control"] == "no-store"


async def test_without_its_database_a_server_is_live_and_not_ready(visitor, postgres, db):
    async with away(postgres, db):
        assert (await visitor.get("/api/health/live")).status_code == 200
        answer = await visitor.get("/api/health/ready")
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("The database is not answering.")


@pytest.mark.parametrize("path", ["/", "/api/events", "/api/turns/x/events"])
async def test_without_its_database_no_page_shows_a_trace(path, ann, postgres, db):
    sessions._known.clear()
    async with away(postgres, db):
        answer = await ann.browser.get(path, headers={"accept": "text/html"})
    assert (answer.status_code, str(DatabaseAway()) in answer.text) == (503, True)


async def test_without_its_database_the_socket_closes(app, ann, postgres, db):
    sessions._known.clear()
    async with away(postgres, db):
        told = await knock(app, {"origin": ORIGIN, "cookie": f"session={ann.token}"})
    assert told == [{"type": "websocket.close", "code": 4503}]
