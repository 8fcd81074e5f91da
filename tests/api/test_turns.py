"""The turn's events over HTTP: frames, numbers, and who may read them."""

import json
from uuid import uuid4

import pytest

from assistant.api import events
from assistant.api import turns as route
from assistant.services import leases, shared, turn_log, turns
from tests.api.conftest import frames, streaming
from tests.api.reading import SLOW, path, words
from tests.services.talk import ended, eventually, frozen, rows, say, until_entry

TOO_MANY = {"error": "Too many pages are open. Close one and try again."}


async def test_a_turn_is_read_in_numbered_frames_to_its_end(ann, vendors):
    started = await say(ann.user, "[[tokens=40 gap=5]]")
    answer = await ann.browser.get(path(started.turn_id))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    read = [each for each in frames(answer.text) if "data" in each]
    assert [each["id"] for each in read] == [str(n) for n in range(1, len(read) + 1)]
    assert words(read) == "".join(f"w{n:04d} " for n in range(40))
    assert read[-1]["event"] == "end"
    assert json.loads(read[-1]["data"])["status"] == "done"


async def test_a_reader_that_comes_back_gets_the_rest_and_nothing_twice(ann, vendors):
    started = await say(ann.user, "[[tokens=40 gap=5]]")
    whole = (await ann.browser.get(path(started.turn_id))).text
    for last in (1, 3):
        answer = await ann.browser.get(path(started.turn_id), headers={"last-event-id": str(last)})
        begin = whole.index(f"id: {last + 1}\n")
        assert answer.text.replace(": beat\n\n", "") == whole[begin:].replace(": beat\n\n", "")


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_a_reader_that_counts_gets_the_same_entries_as_lines(after, ann, vendors):
    started = await say(ann.user, "[[tokens=40 gap=5]]")
    answer = await ann.browser.get(f"{path(started.turn_id)}?after={after}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    log = turn_log.local(started.turn_id).entries[after:]
    *words, end = filter(None, answer.text.split("\n"))
    assert words == [json.loads(entry.data) for entry in log[:-1]]
    assert end == f":end {log[-1].number} {log[-1].data}"


async def test_a_reader_that_counts_begins_anew_behind_what_the_database_tells(ann, vendors):
    started = await say(ann.user, "[[tokens=5]]")
    await ended(ann.user, started)
    turn_log._logs.pop(started.turn_id)
    answer = await ann.browser.get(f"{path(started.turn_id)}?after=3")
    snapshot, end = filter(None, answer.text.split("\n"))
    assert snapshot.startswith(':snapshot  {"parts":')
    assert end.startswith(":end  {")


@pytest.mark.parametrize("garbage", ["x", "-1", "1.5", " ", "9" * 50, "0", "۳x", "1 or 1=1"])
async def test_garbage_for_a_number_begins_at_the_beginning(garbage, ann, vendors):
    started = await say(ann.user, "[[tokens=5]]")
    await ended(ann.user, started)
    headers = {"last-event-id": garbage.encode()}
    answer = await ann.browser.get(path(started.turn_id), headers=headers)
    assert words(frames(answer.text)) == "".join(f"w{n:04d} " for n in range(5))
    answer = await ann.browser.get(path(started.turn_id), params={"after": garbage})
    assert answer.text.startswith("w0000 ")


async def test_a_number_beyond_the_end_gets_the_end_once_more(ann, vendors):
    started = await say(ann.user, "[[tokens=5]]")
    await ended(ann.user, started)
    answer = await ann.browser.get(path(started.turn_id), headers={"last-event-id": "99999"})
    read = list(frames(answer.text))
    assert [each["event"] for each in read if "event" in each] == ["snapshot", "end"]


async def test_a_turn_that_nobody_remembers_is_read_from_the_database(ann, vendors):
    started = await say(ann.user, "[[tokens=30]]")
    await ended(ann.user, started)
    turn_log._logs.pop(started.turn_id)
    read = list(frames((await ann.browser.get(path(started.turn_id))).text))
    assert words(read) == "".join(f"w{n:04d} " for n in range(30))
    assert json.loads(read[-1]["data"])["status"] == "done"


async def test_a_turn_of_another_worker_is_followed_in_the_database(ann, vendors, app, monkeypatch):
    monkeypatch.setattr(route, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr("assistant.services.leases.RENEW_SECONDS", 0.05)
    started = await say(ann.user, "[[tokens=100 gap=5]]")
    log = turn_log._logs.pop(started.turn_id)
    read = list(frames((await ann.browser.get(path(started.turn_id))).text))
    assert words(read) == "".join(f"w{n:04d} " for n in range(100))
    assert read[-1]["event"] == "end"
    assert log.ended


async def test_a_turn_of_another_worker_is_followed_through_the_shared_log(ann, vendors, valkey):
    started = await say(ann.user, "[[tokens=100 gap=5]]")
    await until_entry(started.turn_id, 2)
    log = turn_log._logs.pop(started.turn_id)
    read = [each for each in frames((await ann.browser.get(path(started.turn_id))).text)
            if "data" in each]  # fmt: skip
    assert [each["id"] for each in read] == [str(e.number) for e in log.entries]
    assert words(read) == "".join(f"w{n:04d} " for n in range(100))


async def test_a_reader_goes_back_to_the_log_when_there_is_one(ann, vendors, app, monkeypatch):
    monkeypatch.setattr(route, "LOOK_SECONDS", 0.02)
    started = await say(ann.user, SLOW)
    await until_entry(started.turn_id, 2)
    log = turn_log._logs.pop(started.turn_id)
    async with streaming(app, path(started.turn_id), ann.token) as told:
        assert "snapshot" in await told.get()
        turn_log._logs[started.turn_id] = log
        await eventually(lambda: _comes(told, "id: 1\n"))
    await turns.stop(ann.user.id, started.turn_id, 0)
    await ended(ann.user, started)


async def _comes(told, text):
    return text in await told.get()


async def test_a_reader_that_finds_nothing_shared_yet_reads_the_log_when_it_is(
    ann, vendors, valkey, app, monkeypatch
):
    monkeypatch.setattr(route, "LOOK_SECONDS", 0.02)
    with frozen(valkey):
        started = await say(ann.user, "[[tokens=100 gap=60]]")
        await until_entry(started.turn_id, 2)
    turn_log._logs.pop(started.turn_id)
    await shared.redis().delete(f"assistant:turn:{started.turn_id}")
    read = [each for each in frames((await ann.browser.get(path(started.turn_id))).text)
            if "data" in each]  # fmt: skip
    assert next(each["id"] for each in read if "id" in each) == "1"
    assert words(read) == "".join(f"w{n:04d} " for n in range(100))


@pytest.mark.usefixtures("vendors", "valkey")
async def test_a_shared_log_without_an_end_is_ended_by_the_database(ann, app, db, monkeypatch):
    monkeypatch.setattr(turn_log, "BEAT_SECONDS", 0.05)
    started = await say(ann.user, "[[hang=0]]")
    await eventually(lambda: shared.redis().exists(f"assistant:turn:{started.turn_id}"))
    turn_log._logs.pop(started.turn_id)
    async with streaming(app, path(started.turn_id), ann.token) as told:
        assert await told.get() == ": beat\n\n"
        expired = "update turns set lease_until = now() - interval '1 second' where id = $1"
        await rows(db, expired, started.turn_id)
        await leases.reap(started.turn_id, ann.user.id)  # and Redis was away: no log says so
        await eventually(lambda: _comes(told, "event: end"))


async def test_one_that_runs_here_is_read_without_asking_the_database(ann, vendors, monkeypatch):
    async def asked(*_):
        raise AssertionError("The log says all that.")

    started = await say(ann.user, "[[tokens=40 gap=5]]")
    monkeypatch.setattr(route, "state_of", asked)
    read = list(frames((await ann.browser.get(path(started.turn_id))).text))
    assert words(read) == "".join(f"w{n:04d} " for n in range(40))
    assert read[-1]["event"] == "end"


async def test_one_that_runs_here_for_another_is_not_there(ann, ben, vendors):
    started = await say(ben.user, SLOW)
    assert turn_log.local(started.turn_id) is not None
    assert (await ann.browser.get(path(started.turn_id))).status_code == 404


async def test_what_is_not_ones_own_is_not_there(ann, ben, visitor, vendors):
    started = await say(ben.user, "[[tokens=5]]")
    await ended(ben.user, started)
    told = [
        await ann.browser.get(path(which))
        for which in (started.turn_id, uuid4(), "nonsense", "%00", started.turn_id.hex + "x")
    ]
    assert {answer.status_code for answer in told} == {404}
    assert {answer.content for answer in told} == {b'{"error":"This answer does not exist."}'}
    assert len({str(sorted(answer.headers.items())) for answer in told}) == 1
    nobody = await visitor.get(path(started.turn_id))
    assert (nobody.status_code, nobody.json()) == (401, {"error": "Please sign in."})


async def test_a_silent_turn_beats(ann, vendors, app, monkeypatch):
    monkeypatch.setattr(turn_log, "BEAT_SECONDS", 0.02)
    started = await say(ann.user, "[[hang=0]]")
    async with streaming(app, path(started.turn_id), ann.token) as told:
        assert await told.get() == ": beat\n\n"
        assert await told.get() == ": beat\n\n"


async def test_open_streams_are_counted_for_each_user(ann, ben, vendors, app, monkeypatch):
    monkeypatch.setattr(events, "STREAMS_AT_MOST", 2)
    hers, his = await say(ann.user, SLOW), await say(ben.user, SLOW)
    for _ in range(2):  # one that has left makes room for another
        async with (
            streaming(app, path(hers.turn_id), ann.token) as told,
            streaming(app, "/api/events", ann.token) as nudged,
        ):
            assert await told.get()
            assert await nudged.get()
            for full in (path(hers.turn_id), "/api/events"):
                answer = await ann.browser.get(full)
                assert (answer.status_code, answer.json()) == (429, TOO_MANY)
            async with streaming(app, path(his.turn_id), ben.token) as other:
                assert await other.get()
        assert not {ann.user.id, ben.user.id} & events._open.keys()


@pytest.mark.usefixtures("looking")
async def test_a_stream_ends_soon_after_its_session(ann, vendors, app, db):
    started = await say(ann.user, "[[hang=0]]")
    async with streaming(app, path(started.turn_id), ann.token) as told:
        assert await told.get() == ": beat\n\n"
        await rows(
            db, "update login_sessions set revoked_at = now() where id = $1", ann.user.session_id
        )

        async def over():
            return await told.get() == ""

        assert await eventually(over)
    assert ann.user.id not in events._open
    assert turn_log.local(started.turn_id).ended is False
