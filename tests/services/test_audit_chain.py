"""The log is one chain for each user: what was done to it shows at the first row that it met."""

import asyncio
from decimal import Decimal
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from assistant.agent.types import Usage
from assistant.database import user_session
from assistant.models import ToolExecution, UsageLog
from assistant.services import audit_chain, rotation
from assistant.services.audit_chain import CHANGED, CUT, MISSING, MOVED, TWICE, Verdict, verify
from assistant.services.keys import vault_in
from assistant.services.usage import record
from tests.conftest import all_ended
from tests.services.rotating import NONE, migrator  # noqa: F401  (a fixture)
from tests.services.talk import ask, rows

LOGS = ("tool_executions", "usage_logs")
USAGE = Usage("anthropic", "claude-sonnet-5-5", 10, 5)


def call(user, words="“quoted” \u202e", **values):
    row = ToolExecution(
        user_id=user.id, call_id="c", tool="calculator", effect="read", status="done", **values
    )
    return row, words


async def log_of(user, count):
    """So many rows, calls and requests in turn."""
    async with user_session(user.id) as session:
        vault = await vault_in(session)
        for number in range(count):
            row, words = call(user, seconds=number / 3, details={"b": 1, "a": [number]})
            row.input = vault.seal("tool_executions.input", row.id, words)
            row.undo = vault.seal("tool_executions.undo", row.id, "{}")
            request = record(user.id, USAGE, "answer")
            request.cost = Decimal("0.123456785")  # more digits than are stored
            audit_chain.add(session, vault, [request if number % 2 else row])
            await session.flush()


async def numbered(db, user):
    """The rows in order: (seq, table)."""
    sql = " union all ".join(f"select seq, '{log}' from {log} where user_id = $1" for log in LOGS)  # noqa: S608
    return sorted(tuple(row.values()) for row in await rows(db, sql, user.id))


async def change(db, sql, user):
    """Change the log past all protection, as only who owns the server could."""
    await rows(db, sql, user.id)


async def test_calls_and_requests_stand_in_one_row_without_a_gap(alice, bob, db):
    await log_of(alice, 6)
    await log_of(bob, 2)
    assert await numbered(db, alice) == [(n + 1, LOGS[n % 2]) for n in range(6)]
    assert [seq for seq, _ in await numbered(db, bob)] == [1, 2]
    assert await verify(alice.id) == Verdict(6)
    assert await verify(bob.id) == Verdict(2)


async def test_an_empty_log_holds(alice):
    assert await verify(alice.id) == Verdict(0)


async def test_a_whole_turn_holds(alice, demo, db):
    await ask(alice, 'use calculator {"expression": "1+1"}')
    await all_ended()  # its title comes later
    written = await numbered(db, alice)
    assert {table for _, table in written} == set(LOGS)
    assert [seq for seq, _ in written] == list(range(1, len(written) + 1))
    assert await verify(alice.id) == Verdict(len(written))


async def test_more_rows_than_are_read_at_once_hold(alice, monkeypatch):
    monkeypatch.setattr(audit_chain, "BATCH", 3)
    await log_of(alice, 8)
    assert await verify(alice.id) == Verdict(8)


async def test_twenty_writers_at_once_make_one_chain(alice, db):
    await asyncio.gather(*(log_of(alice, 3) for _ in range(20)))
    assert [seq for seq, _ in await numbered(db, alice)] == list(range(1, 61))
    assert await verify(alice.id) == Verdict(60)


async def test_it_holds_under_new_keys(alice, demo, db, migrator):  # noqa: F811
    await log_of(alice, 4)
    await rotation._renew(alice.id, NONE)
    assert await verify(alice.id) == Verdict(4)


async def test_what_was_written_before_there_was_a_chain_is_no_part_of_it(alice, db):
    await change(
        db,
        "insert into audit_heads (id, user_id, seq, hash) values (gen_random_uuid(), $1, 0, '')",
        alice,
    )
    await log_of(alice, 1)
    admin = await asyncpg.connect(db)
    await admin.execute("set session_replication_role = replica")  # no trigger, as it was then
    await admin.execute(
        "insert into tool_executions (id, user_id, call_id, tool, effect, status, seconds) "
        "values ($1, $2, 'c', 't', 'read', 'done', 0)",
        uuid4(),
        alice.id,
    )
    await admin.close()
    assert await verify(alice.id) == Verdict(1)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("update tool_executions set tool = 'web' where user_id = $1 and seq = 3", CHANGED),
        ("update tool_executions set status = 'denied' where user_id = $1 and seq = 3", CHANGED),
        ("update tool_executions set seconds = 9 where user_id = $1 and seq = 3", CHANGED),
        ("update tool_executions set input = null where user_id = $1 and seq = 3", CHANGED),
        ("update tool_executions set metadata = '{}' where user_id = $1 and seq = 3", CHANGED),
        (
            "update tool_executions set undo = substr(undo, 1, 20) where user_id = $1 and seq = 3",
            CHANGED,
        ),
        ("update tool_executions set digest = '' where user_id = $1 and seq = 3", CHANGED),
        ("update tool_executions set hash = '' where user_id = $1 and seq = 3", MOVED),
        (
            "update tool_executions set created_at = created_at - interval '1 hour' "
            "where user_id = $1 and seq = 3",
            MOVED,
        ),
        ("delete from tool_executions where user_id = $1 and seq = 3", MISSING),
        ("update usage_logs set seq = 3 where user_id = $1 and seq = 4", TWICE),
    ],
)
async def test_the_first_row_that_was_changed_is_found(harm, why, alice, db):
    await log_of(alice, 6)
    await change(db, harm, alice)
    verdict = await verify(alice.id)
    assert (verdict.rows, verdict.broken, verdict.why) == (2, 3, why)


@pytest.mark.parametrize(
    "harm", ["cost = 0", "model = 'm'", "input_tokens = 1", "estimated = true"]
)
async def test_a_request_that_was_changed_is_found(harm, alice, db):
    await log_of(alice, 4)
    await change(db, f"update usage_logs set {harm} where user_id = $1 and seq = 2", alice)  # noqa: S608
    verdict = await verify(alice.id)
    assert (verdict.broken, verdict.why) == (2, CHANGED)


@pytest.mark.parametrize(
    "harm",
    [
        "delete from usage_logs where user_id = $1 and seq = 6; "
        "update audit_heads set seq = 5 where user_id = $1",
        "update audit_heads set hash = '' where user_id = $1",
    ],
)
async def test_an_end_that_is_another_is_found(harm, alice, db):
    await log_of(alice, 6)
    for statement in harm.split("; "):
        await change(db, statement, alice)
    assert (await verify(alice.id)).why == CUT


async def test_a_log_without_its_end_is_found(alice, db):
    await log_of(alice, 2)
    await change(db, "delete from audit_heads where user_id = $1", alice)
    assert (await verify(alice.id)).why == CUT


async def test_rows_taken_from_the_end_are_missed(alice, db):
    await log_of(alice, 6)
    await change(db, "delete from usage_logs where user_id = $1 and seq = 6", alice)
    verdict = await verify(alice.id)
    assert (verdict.rows, verdict.broken, verdict.why) == (5, 6, MISSING)


async def test_a_row_that_others_have_put_in_is_found(alice, db):
    await log_of(alice, 2)
    async with user_session(alice.id) as session:
        session.add(UsageLog(user_id=alice.id, provider="p", model="m", purpose="answer",
                             digest=b"\x00" * 32))  # fmt: skip
    verdict = await verify(alice.id)
    assert (verdict.broken, verdict.why) == (3, CHANGED)


async def test_no_row_goes_without_saying_what_stands_for_it(alice):
    with pytest.raises(IntegrityError, match="null value"):
        async with user_session(alice.id) as session:
            session.add(call(alice)[0])


@pytest.mark.parametrize(
    "sql",
    [
        "update audit_heads set seq = 9",
        "delete from audit_heads",
        "insert into audit_heads (id, user_id, seq, hash) "
        "select gen_random_uuid(), user_id, 9, '' from profiles",
    ],
)
async def test_the_app_cannot_move_the_end_of_the_log(sql, alice):
    await log_of(alice, 1)
    with pytest.raises(ProgrammingError):
        async with user_session(alice.id) as session:
            await session.execute(text(sql))
    assert await verify(alice.id) == Verdict(1)


async def test_a_number_of_ones_own_is_not_taken(alice, db):
    await log_of(alice, 1)
    async with user_session(alice.id) as session:
        vault = await vault_in(session)
        audit_chain.add(session, vault, [call(alice, seq=77, hash=b"mine")[0]])
    assert await verify(alice.id) == Verdict(2)
