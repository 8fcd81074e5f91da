"""Requests one by one: in order, without a gap, and each with its message."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.agent.types import Usage
from assistant.database import user_session
from assistant.services import audit_chain, usage_requests
from assistant.services.keys import vault_in
from assistant.services.usage import record
from assistant.services.usage_requests import COLUMNS, as_csv, page
from tests.services.talk import ask, rows

USAGE = Usage("anthropic", "claude-sonnet-5-5", 100, 50, 20, 10, 5)


async def booked(user, *usages, turn_id=None):
    async with user_session(user.id) as session:
        vault = await vault_in(session)
        logged = [record(user.id, usage, "answer", turn_id) for usage in usages]
        audit_chain.add(session, vault, logged)


async def read(pieces):
    return list(csv.DictReader(io.StringIO("".join([piece async for piece in pieces]))))


async def test_pages_follow_each_other_without_a_gap(alice):
    await booked(alice, *(replace(USAGE, input_tokens=n) for n in range(1, 8)))
    seen, before = [], None
    while found := await page(alice.id, before, limit=3):
        seen += [line.input_tokens for line in found]
        before = found[-1].place
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_a_request_leads_to_its_message(alice, vendors, db):
    state = await ask(alice, "Hello")
    assert state.status == "done"
    line = next(line for line in await page(alice.id) if line.purpose == "answer")
    (turn,) = await rows(db, "select * from turns where user_id = $1", alice.id)
    assert (line.conversation_id, line.message_id) == (turn["conversation_id"], turn["reply_id"])
    assert line.label == "Claude Sonnet 5.5"
    gone = "update conversations set deleted_at = now() where id = $1"
    await rows(db, gone, turn["conversation_id"])
    assert {line.message_id for line in await page(alice.id)} == {None}


async def test_a_file_holds_every_request_once(alice, monkeypatch):
    monkeypatch.setattr(usage_requests, "STEP", 2)
    await booked(alice, *(replace(USAGE, input_tokens=n) for n in range(1, 6)))
    lines = await read(as_csv(alice.id))
    assert [line["input_tokens"] for line in lines] == ["5", "4", "3", "2", "1"]
    assert list(lines[0]) == COLUMNS
    assert Decimal(lines[0]["cost"]) > 0
    assert lines[0]["cache_read_tokens"] == "20"


async def test_a_file_can_be_bounded_by_days(alice, db):
    await booked(alice, USAGE)
    old = "update usage_logs set created_at = now() - interval '40 days' where user_id = $1"
    await rows(db, old, alice.id)
    await booked(alice, USAGE)
    assert len(await read(as_csv(alice.id))) == 2
    assert len(await read(as_csv(alice.id, days=31))) == 1


@pytest.mark.parametrize(
    ("evil", "tamed"),
    [*((each, f"'{each}") for each in ("=cmd()", "+1", "-1", "@sum", "  =1")), ("\t=1", "'\t'=1")],
)
async def test_no_cell_is_a_formula(alice, db, evil, tamed):
    await booked(alice, USAGE)
    await rows(db, "update usage_logs set model = $2 where user_id = $1", alice.id, evil)
    (line,) = await read(as_csv(alice.id))
    assert line["model"] == tamed


async def test_a_correction_is_told_as_one(alice, db):
    await booked(alice, USAGE)
    note = """update usage_logs set metadata = '{"corrects": "x"}' where user_id = $1"""
    await rows(db, note, alice.id)
    assert [line.correction for line in await page(alice.id)] == [True]


async def test_nobody_sees_the_requests_of_another(alice, bob):
    await booked(alice, USAGE)
    assert await page(bob.id) == []
    assert await read(as_csv(bob.id)) == []
