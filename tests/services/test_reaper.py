"""The reaper closes what a dead worker left, spares what lives, and removes what was deleted."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from assistant.database import user_connection, user_session
from assistant.models import Message, Turn
from assistant.services import conversations, leases, messages, reaper, signals, turn_run, turns
from assistant.services.keys import vault_in
from assistant.services.notes import StoredNotes
from assistant.services.turn_state import state_of
from tests.services.talk import (
    ask,
    ended,
    eventually,
    rows,
    say,
    shown,
    text_of,
    until_entry,
)

EXPIRE = "update turns set lease_until = now() - interval '1 second' where id = $1"
SLOW = "[[tokens=2000 gap=20]]"


async def orphaned(user, db):
    """A turn whose worker is dead: its partial reply is stored and its lease has run out."""
    started = await say(user, SLOW)
    await until_entry(started.turn_id, 3)

    async def stored():
        return (await shown(user, started.conversation_id))[-1]["parts"]

    await eventually(stored)
    running = turn_run._running.pop(started.turn_id)
    running.task.cancel()
    await asyncio.gather(running.task, return_exceptions=True)
    await rows(db, EXPIRE, started.turn_id)
    return started


async def test_a_dead_workers_turn_ends_as_interrupted_with_what_was_stored(
    alice, vendors, db, monkeypatch
):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await orphaned(alice, db)
    before = (await state_of(alice.id, started.turn_id)).parts
    heard = []
    with signals.listening(f"user:{alice.id}", heard.append):
        await reaper.reap_once()
    state = await state_of(alice.id, started.turn_id)
    assert (state.status, state.end["error"]) == ("interrupted", leases.INTERRUPTED)
    assert state.parts == before
    assert text_of(state.parts)
    assert {notice["turn"] for notice in heard} == {str(started.turn_id)}
    again = await turns.proceed(alice.id, state.end["message"], turns.Wish(uuid4().hex))
    assert (await ended(alice, again)).status == "done"


async def test_what_a_dead_workers_turn_has_read_is_remembered(alice, vendors, db, monkeypatch):
    """Its reply says so at first; later ones need no longer hold it."""
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await orphaned(alice, db)
    await reaper.reap_once()
    reply = (await state_of(alice.id, started.turn_id)).end["message"]
    async with user_session(alice.id) as session:
        vault = await vault_in(session)
        read = {"id": "1", "name": "read_email", "arguments": {}, "result": "Do", "seconds": 0.0}
        told = {"type": "tool", "state": "done", "untrusted": True, "step": 0} | read
        row = await session.get(Message, UUID(reply))
        row.content = messages.sealed(row.id, [told, *messages.opened(row.id, row.content, vault)],
                                      vault)  # fmt: skip
    await ask(alice, "Hello again", started.conversation_id)
    async with user_session(alice.id) as session:
        assert await conversations.is_tainted(session, started.conversation_id)


async def test_what_a_dead_workers_turn_cost_is_estimated_once(alice, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await orphaned(alice, db)
    for _ in range(2):
        await reaper.reap_once()
    (row,) = await rows(db, "select * from usage_logs where turn_id = $1", started.turn_id)
    assert (row["provider"], row["model"]) == ("anthropic", "claude-sonnet-5-5")
    assert (row["purpose"], row["estimated"]) == ("answer", True)
    assert min(row["input_tokens"], row["output_tokens"], row["cost"]) > 0


async def test_a_turn_that_runs_here_is_never_reaped(alice, vendors, db):
    started = await say(alice, "[[tokens=30 gap=10]]")
    await until_entry(started.turn_id, 1)
    await rows(db, EXPIRE, started.turn_id)
    await reaper.reap_once()
    assert (await ended(alice, started)).status == "done"


async def test_a_turn_whose_lease_holds_is_never_reaped(alice, vendors, db):
    started = await say(alice, SLOW)
    assert (started.turn_id, alice.id) not in await leases.expired()
    assert await leases.reap(started.turn_id, alice.id) is None
    assert (await state_of(alice.id, started.turn_id)).status == "running"


async def test_two_reapers_close_a_turn_once(alice, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await orphaned(alice, db)
    told = await asyncio.gather(*(leases.reap(started.turn_id, alice.id) for _ in range(5)))
    assert [each for each in told if each] == [started.conversation_id]
    (row,) = await rows(db, "select fence from turns where id = $1", started.turn_id)
    assert row["fence"] == 2


async def test_a_late_worker_cannot_write_behind_the_reaper(alice, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await orphaned(alice, db)
    async with user_session(alice.id) as session:
        turn = await session.get(Turn, started.turn_id)
    late = leases.Grip(alice.id, turn.id, turn.reply_id, turn.fence)
    await leases.reap(started.turn_id, alice.id)
    before = await state_of(alice.id, started.turn_id)
    assert await leases.renew(late, b"late words") is None
    async with user_connection(alice.id) as connection:
        assert not await leases.end(connection, late, "done")
    assert await state_of(alice.id, started.turn_id) == before


async def test_what_was_deleted_a_day_ago_is_removed_and_its_costs_stay(alice, bob, vendors, db):
    gone = await say(alice, "[[tool=calculator expression=1+1]]")
    await ended(alice, gone)
    fresh = await say(alice, "hello")
    await ended(alice, fresh)
    for each in (gone, fresh):
        await conversations.delete(alice.id, each.conversation_id)
    await ask(bob, "hello")
    await rows(
        db,
        "update conversations set deleted_at = now() - interval '25 hours' where id = $1",
        gone.conversation_id,
    )
    await reaper.purge_once()
    left = await rows(db, "select id from conversations where user_id = $1", alice.id)
    assert [row["id"] for row in left] == [fresh.conversation_id]
    for table in ("messages", "turns"):
        assert not await rows(
            db,
            f"select 1 from {table} where conversation_id = $1",  # noqa: S608
            gone.conversation_id,
        )
    costs = await rows(db, "select turn_id from usage_logs where user_id = $1", alice.id)
    assert len(costs) >= 2
    tools = await rows(db, "select turn_id from tool_executions where user_id = $1", alice.id)
    assert [row["turn_id"] for row in tools] == [None]
    assert len(await rows(db, "select 1 from messages where user_id = $1", bob.id)) == 2


async def test_a_note_that_was_deleted_a_month_ago_is_removed_and_no_other(alice, bob, db):
    kept = {}
    for user, title in ((alice, "old"), (alice, "fresh"), (alice, "there"), (bob, "old, too")):
        notes = StoredNotes(user.id)
        kept[title] = await notes.create(title, "words", tainted=False, key=f"call/{title}")
        if title != "there":
            await notes.delete(kept[title].id)
    ago = "update notes set deleted_at = now() - interval '30 days' - $2::interval where id = $1"
    for title, more in (("old", 1), ("old, too", 1), ("fresh", -60)):
        await rows(db, ago, UUID(kept[title].id), timedelta(seconds=more))
    await reaper.purge_once()
    left = await rows(db, "select id from notes where user_id = any($1)", [alice.id, bob.id])
    assert {str(row["id"]) for row in left} == {kept["fresh"].id, kept["there"].id}


STUBBORN = """
create function {name}() returns trigger language plpgsql as $$ begin
    if old.{column} = '{row}' then
        raise exception 'stubborn' using errcode = 'integrity_constraint_violation';
    end if;
    return {goes_on};
end $$;
create trigger {name} before {event} on {table} for each row execute function {name}()
"""


@asynccontextmanager
async def stubborn(db, table, column, row, event="delete"):
    """This row cannot be written."""
    name = f"stubborn_{uuid4().hex}"
    goes_on = "old" if event == "delete" else "new"
    options = {"name": name, "table": table, "column": column, "row": row, "event": event}
    for statement in STUBBORN.format(goes_on=goes_on, **options).split(";\ncreate trigger"):
        begins = "" if statement.startswith("\ncreate function") else "create trigger"
        await rows(db, begins + statement)
    try:
        yield
    finally:
        await rows(db, f"drop function {name} cascade")


async def test_a_conversation_that_cannot_be_removed_holds_up_no_other(alice, bob, demo, db):
    stays, goes = [await say(user, "hello") for user in (alice, bob)]
    for user, each in ((alice, stays), (bob, goes)):
        await ended(user, each)
        await conversations.delete(user.id, each.conversation_id)
    old = "update conversations set deleted_at = now() - interval '25 hours' where id = any($1)"
    await rows(db, old, [stays.conversation_id, goes.conversation_id])
    left = "select id from conversations where id = any($1)"
    async with stubborn(db, "conversations", "id", stays.conversation_id):
        await reaper.purge_once()
        found = await rows(db, left, [stays.conversation_id, goes.conversation_id])
    assert [row["id"] for row in found] == [stays.conversation_id]
    await reaper.purge_once()
    assert not await rows(db, left, [stays.conversation_id, goes.conversation_id])


async def test_a_turn_that_cannot_be_closed_holds_up_no_other(alice, bob, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    stays, goes = [await orphaned(user, db) for user in (alice, bob)]
    async with stubborn(db, "turns", "id", stays.turn_id, event="update"):
        await reaper.reap_once()
        assert (await state_of(bob.id, goes.turn_id)).status == "interrupted"
        assert (await state_of(alice.id, stays.turn_id)).status == "running"
    await reaper.reap_once()
    assert (await state_of(alice.id, stays.turn_id)).status == "interrupted"


async def test_the_reaper_waits_for_a_database_that_is_away(db, monkeypatch):
    monkeypatch.setattr(leases, "REAP_SECONDS", 0.01)
    chore = asyncio.create_task(reaper.reap_forever())
    kill = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where pid <> pg_backend_pid() and datname = current_database()"
    )
    for _ in range(5):
        await asyncio.sleep(0.02)
        await rows(db, kill)
    assert not chore.done()
    chore.cancel()
    with pytest.raises(asyncio.CancelledError):
        await chore
