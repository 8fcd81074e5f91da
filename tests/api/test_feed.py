"""The feed nudges the user's open pages, and no others."""

import asyncio
import json

from assistant.api import events, feed
from assistant.services import conversations, sessions, shared, signals
from tests.api.conftest import frames, streaming
from tests.services.talk import ended, eventually, rows, say


async def next_notice(told):
    while True:
        for each in frames(await told.get()):
            if "data" in each:
                return json.loads(each["data"])


async def test_a_page_hears_of_its_users_changes_and_of_no_others(ann, ben, app, demo):
    async with streaming(app, "/api/events", ann.token) as told:
        assert await told.get() == ": beat\n\n"
        theirs = await say(ben.user, "secret")
        await ended(ben.user, theirs)
        mine = await say(ann.user, "hello")
        heard = await next_notice(told)
        assert heard["conversation"] == str(mine.conversation_id)
        assert heard["turn"] == str(mine.turn_id)
        await ended(ann.user, mine)
        await conversations.archive(ann.user.id, mine.conversation_id)
        while heard["kind"] != "conversation":
            heard = await next_notice(told)
        assert set(heard) == {"kind", "conversation"}
    assert not signals._listeners.get(f"user:{ann.user.id}")


async def test_a_quiet_feed_beats_until_the_session_is_over(ann, app, db, looking, monkeypatch):
    monkeypatch.setattr(feed, "BEAT_SECONDS", 0.02)
    async with streaming(app, "/api/events", ann.token) as told:
        assert [await told.get() for _ in range(3)] == [": beat\n\n"] * 3
        await rows(
            db, "update login_sessions set revoked_at = now() where id = $1", ann.user.session_id
        )

        async def over():
            return await told.get() == ""

        assert await eventually(over)


async def test_a_revoked_session_hears_nothing_from_that_moment_on(ann, ben, app):
    async with (
        streaming(app, "/api/events", ann.token) as told,
        streaming(app, "/api/events", ben.token) as others,
    ):
        assert await told.get() == await others.get() == ": beat\n\n"
        await sessions.revoke(ann.user, ann.user.session_id)
        assert await told.get() == ""
        assert others.empty()


async def test_another_processs_notice_ends_a_stream_too(ann, app, valkey, db):
    relaying = asyncio.create_task(signals.relay())
    notice = {"user": str(ann.user.id), "session": str(ann.user.session_id)}
    message = {"from": "another", "topic": sessions.REVOKED, "notice": notice}
    ended = "update login_sessions set revoked_at = now() where id = $1"
    try:
        async with streaming(app, "/api/events", ann.token) as told:
            assert await told.get() == ": beat\n\n"
            await rows(db, ended, ann.user.session_id)

            async def heard():
                sessions.forget(notice)
                await shared.redis().publish(signals.CHANNEL, json.dumps(message))
                return not told.empty() and told.get_nowait() == ""

            assert await eventually(heard)
    finally:
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)


async def test_too_many_pages_are_told_so_and_leave_no_trace(ann, app, monkeypatch):
    monkeypatch.setattr(events, "STREAMS_AT_MOST", 1)
    async with streaming(app, "/api/events", ann.token) as told:
        assert await told.get()
        answer = await ann.browser.get("/api/events")
        assert (answer.status_code, answer.json()["error"][:8]) == (429, "Too many")
    assert ann.user.id not in events._open


async def test_a_page_that_does_not_read_is_bounded_and_told_of_the_gap(ann, app, monkeypatch):
    monkeypatch.setattr(feed, "UNREAD_AT_MOST", 3)
    async with streaming(app, "/api/events", ann.token) as told:
        assert await told.get()
        for n in range(9):
            signals._deliver(f"user:{ann.user.id}", {"n": n})
        heard = [await next_notice(told) for _ in range(3)]
        assert heard == [signals.GAP, {"n": 7}, {"n": 8}]


async def test_nobody_hears_nothing(visitor):
    assert (await visitor.get("/api/events")).status_code == 401
