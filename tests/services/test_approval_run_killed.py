"""A worker is killed with SIGKILL at each step of a call: its effect stays exact, and is told."""

import json
from uuid import UUID

import pytest

from assistant.agent.tools import TOOLS
from assistant.services import (
    approval_run,
    approvals,
    audit_chain,
    permissions,
    stored_cards,
)
from assistant.services.approvals import Yes
from assistant.services.connections import connect
from assistant.services.undo import undo
from tests.servers.imap import imap_server
from tests.servers.smtp import smtp_server
from tests.services.accounts_outside import calendar, calendar_form, inside
from tests.services.counted import Wall, tools_at
from tests.services.killed import act, at_each_step, carry_out
from tests.services.talk import ask, rows, shown
from tests.services.waiting import kept, part_of, status_of, titles

__all__ = ["calendar", "calendar_form", "inside"]


@pytest.fixture
def wall(tmp_path, monkeypatch, demo):
    """The tools are there in this process, too, which comes after the one that was killed."""
    kept = Wall(tmp_path / "wall")
    monkeypatch.setattr("assistant.services.toolkit.TOOLS", (*TOOLS, *tools_at(kept)))
    return kept


async def allowed(db, user, tool, **arguments):
    """The card of a call that may run now."""
    await permissions.set_rule(user.id, tool, "ask")
    await ask(user, f"use {tool} {json.dumps(arguments)}")
    (card,) = await stored_cards.pending(user.id)
    await approvals.approve(user.id, UUID(card["id"]), Yes(card["shown"]))
    await rows(db, "update approvals set run_at = now() where id = $1", UUID(card["id"]))
    return card


async def another_worker_comes(db, user, approval_id):
    """After the lease of the one before."""
    late = "update approvals set lease_until = now() - interval '1 second' where id = $1"
    await rows(db, late, approval_id)
    await approval_run.carry_out(user.id, approval_id)


async def life_of(db, approval_id):
    """The rows of the log for it: their ids by their status."""
    sql = "select status, id from tool_executions where metadata ->> 'approval' = $1 order by seq"
    return [(row["status"], row["id"]) for row in await rows(db, sql, str(approval_id))]


async def has_been_told(db, approval_id):
    """Whether the log says that the call has begun."""
    return "started" in dict(await life_of(db, approval_id))


async def said(user, card):
    """What the page says of the call."""
    return part_of(card, await shown(user, UUID(card["conversation"])))["result"]


async def test_what_can_be_repeated_happens_once(alice, db, wall):
    async def prepared():
        card = await allowed(db, alice, "post_again", text="Milk")
        return alice.id, UUID(card["id"]), wall.path

    async def after(_user, approval_id, _wall):
        assert await has_been_told(db, approval_id) or not wall.of(approval_id)
        await another_worker_comes(db, alice, approval_id)
        assert wall.of(approval_id) == ["Milk"]
        assert await status_of(db, str(approval_id)) == "done"

    await at_each_step(carry_out, prepared, after)
    assert not (await audit_chain.verify(alice.id)).why


async def test_what_cannot_be_repeated_happens_at_most_once_and_the_page_says_perhaps(
    alice, db, wall
):
    cards, ends = {}, set()

    async def prepared():
        card = await allowed(db, alice, "post_once", text="Milk")
        cards[UUID(card["id"])] = card
        return alice.id, UUID(card["id"]), wall.path

    async def after(_user, approval_id, _wall):
        assert await has_been_told(db, approval_id) or not wall.of(approval_id)
        await another_worker_comes(db, alice, approval_id)
        status, effects = await status_of(db, str(approval_id)), wall.of(approval_id)
        ends.add((status, len(effects)))
        perhaps = await said(alice, cards[approval_id]) == approval_run.PERHAPS
        assert perhaps == (status == "failed")

    await at_each_step(carry_out, prepared, after)
    assert ends == {("done", 1), ("failed", 0), ("failed", 1)}
    assert not (await audit_chain.verify(alice.id)).why


async def test_a_letter_leaves_at_most_once(alice, demo, db):
    async with imap_server() as imap, smtp_server() as smtp:
        form = {"address": "alice@example.com", "password": "correct horse"}
        for kind, port in (("imap", imap.port), ("smtp", smtp.plain_port)):
            form |= {f"{kind}_host": "localhost", f"{kind}_port": str(port)}
            form |= {f"{kind}_security": "plain"}
        await connect(alice.id, "mail", form)
        ends = set()

        async def prepared():
            letter = {"to": ["bob@example.com"], "subject": "Lunch?", "text": "Today?"}
            card = await allowed(db, alice, "send_email", **letter)
            smtp.taken.clear()
            return alice.id, UUID(card["id"])

        async def after(_user, approval_id):
            assert await has_been_told(db, approval_id) or not smtp.taken
            await another_worker_comes(db, alice, approval_id)
            ends.add((await status_of(db, str(approval_id)), len(smtp.taken)))

        await at_each_step(act, prepared, after)
        assert ends == {("done", 1), ("failed", 0), ("failed", 1)}


async def test_an_event_comes_to_be_once(alice, demo, calendar_form, calendar, db):
    await connect(alice.id, "caldav", calendar_form)
    times = {"start": "2026-12-03T12:00", "end": "2026-12-03T13:00", "calendar": "Home"}
    before = set(calendar.names("home"))

    async def prepared():
        card = await allowed(db, alice, "create_event", title="Lunch", **times)
        return alice.id, UUID(card["id"])

    async def after(_user, approval_id):
        new = set(calendar.names("home")) - before
        assert await has_been_told(db, approval_id) or not new
        await another_worker_comes(db, alice, approval_id)
        (event,) = set(calendar.names("home")) - before
        assert await status_of(db, str(approval_id)) == "done"
        before.add(event)

    await at_each_step(act, prepared, after)


async def test_a_note_is_deleted_and_can_be_brought_back(alice, demo, db):
    async def prepared():
        card = await allowed(db, alice, "delete_note", note_id=await kept(alice))
        return alice.id, UUID(card["id"])

    async def after(_user, approval_id):
        await another_worker_comes(db, alice, approval_id)
        assert await titles(alice) == []
        status, execution = (await life_of(db, approval_id))[-1]
        assert status == "done"
        await undo(alice.id, execution)
        assert await titles(alice) == ["Milk"]
        await rows(db, "delete from notes where user_id = $1", alice.id)

    await at_each_step(act, prepared, after)
