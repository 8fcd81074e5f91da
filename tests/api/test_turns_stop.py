"""A stop over HTTP: what was seen stays, and it may be said again."""

import asyncio
import json
from uuid import uuid4

import pytest

from assistant.services import turn_log, turns
from tests.api.conftest import frames
from tests.api.reading import SLOW, path, words
from tests.conftest import away
from tests.services.talk import ended, say, text_of, until_entry


async def test_readers_see_where_a_stopped_answer_was_cut(ann, vendors, app):
    started = await say(ann.user, SLOW)
    reading = asyncio.create_task(ann.browser.get(path(started.turn_id)))
    await until_entry(started.turn_id, 4)
    await turns.stop(ann.user.id, started.turn_id, 2)
    read = list(frames((await reading).text))
    state = await ended(ann.user, started)
    assert words(read) == text_of(state.parts)
    assert json.loads(read[-1]["data"])["status"] == "stopped"


def stop_of(turn_id, seen):
    return f"/api/turns/{turn_id}/stop?seen={seen}"


async def test_a_stop_keeps_what_was_seen_and_may_be_said_again(ann, vendors):
    started = await say(ann.user, SLOW)
    await until_entry(started.turn_id, 4)
    answer = await ann.browser.post(stop_of(started.turn_id, 2))
    assert (answer.status_code, answer.content) == (204, b"")
    state = await ended(ann.user, started)
    assert state.status == "stopped"
    assert text_of(state.parts)
    again = await ann.browser.post(stop_of(started.turn_id, -1))
    assert again.status_code == 204
    assert await ended(ann.user, started) == state


async def test_a_stop_while_the_database_is_away_is_to_be_said_again(ann, vendors, postgres, db):
    started = await say(ann.user, SLOW)
    await until_entry(started.turn_id, 1)  # what it needs to begin is read by then
    async with away(postgres, db):
        refused = await ann.browser.post(stop_of(started.turn_id, 0))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert (await ann.browser.post(stop_of(started.turn_id, 0))).status_code == 204
    assert (await ended(ann.user, started)).status == "stopped"


@pytest.mark.parametrize("garbage", ["", "x", "-2", "1.5", " 1", "9" * 9, "\u06f3", "1&seen=x"])
async def test_a_stop_without_a_number_is_refused(garbage, ann, vendors):
    started = await say(ann.user, SLOW)
    answer = await ann.browser.post(stop_of(started.turn_id, garbage))
    assert answer.status_code == 422
    assert (await ann.browser.post(stop_of(started.turn_id, 0))).status_code == 204
    assert (await ended(ann.user, started)).status == "stopped"


async def test_nobody_stops_what_is_not_ones_own(ann, ben, visitor, vendors):
    started = await say(ben.user, SLOW)
    for turn_id in (started.turn_id, uuid4(), "nonsense"):
        assert (await ann.browser.post(stop_of(turn_id, 0))).status_code == 404
    assert (await visitor.post(stop_of(started.turn_id, 0))).status_code == 401
    foreign = {"origin": "https://evil.example"}
    elsewhere = await ben.browser.post(stop_of(started.turn_id, 0), headers=foreign)
    assert elsewhere.status_code == 403
    assert turn_log.local(started.turn_id).ended is False
    assert (await ben.browser.post(stop_of(started.turn_id, 0))).status_code == 204
