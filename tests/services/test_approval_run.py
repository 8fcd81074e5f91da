"""What was allowed is run once, whoever is killed meanwhile, and the answer goes on."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from assistant.agent.tools import TOOLS
from assistant.services import (
    approval_run,
    approvals,
    conversations,
    erasure,
    keys,
    permissions,
    reaper,
    stored_cards,
    turns,
)
from assistant.services.approvals import Yes
from assistant.services.notes import StoredNotes
from tests.conftest import away
from tests.services.counted import Wall, tools_at
from tests.services.talk import ask, ended, rows, shown, wish
from tests.services.waiting import (
    asks_to_delete,
    befell,
    kept,
    last_words,
    part_of,
    status_of,
    titles,
)


@pytest.fixture
async def card(alice, demo):
    (card,) = await asks_to_delete(alice, await kept(alice))
    return card


async def allowed(user, card):
    await approvals.approve(user.id, UUID(card["id"]), Yes(card["shown"]))


async def turn_of(db, card):
    (row,) = await rows(db, "select turn_id from approvals where id = $1", UUID(card["id"]))
    return row["turn_id"]


async def test_what_was_allowed_is_done_and_the_answer_goes_on(alice, card, db):
    await allowed(alice, card)
    await reaper.attend_once()
    assert await titles(alice) == []
    assert await status_of(db, card["id"]) == "done"
    assert await befell(db, alice) == ["asked", "approved", "started", "done"]
    await reaper.attend_once()
    assert "is deleted" in await last_words(alice, card["conversation"])


async def test_it_runs_in_the_time_zone_in_which_it_was_asked_for(alice, demo):
    await permissions.set_rule(alice.id, "current_time", "ask")
    asked = await turns.send(alice.id, None, "use current_time {}", wish(timezone="Asia/Tokyo"))
    await ended(alice, asked)
    (card,) = await stored_cards.pending(alice.id)
    await allowed(alice, card)
    await reaper.attend_once()
    (_question, reply, *_) = await shown(alice, asked.conversation_id)
    assert "(Asia/Tokyo)" in reply["parts"][-1]["result"]


async def test_the_model_reads_that_it_was_refused(alice, card):
    await approvals.deny(alice.id, UUID(card["id"]), "Not the milk!")
    await reaper.attend_once()
    assert "Not the milk!" in await last_words(alice, card["conversation"])
    assert await titles(alice) == ["Milk"]


async def test_many_workers_run_it_once(alice, card, db, monkeypatch):
    deletions = []

    async def counted(self, note_id):
        deletions.append(note_id)
        await asyncio.sleep(0.05)
        return await original(self, note_id)

    original = StoredNotes.delete
    monkeypatch.setattr(StoredNotes, "delete", counted)
    await allowed(alice, card)
    await asyncio.gather(*(approval_run.carry_out(alice.id, UUID(card["id"])) for _ in range(8)))
    assert len(deletions) == 1
    assert await status_of(db, card["id"]) == "done"


async def begun_and_cut_off(db, alice, card):
    """The worker that runs the call is gone, and so is its lease."""
    await allowed(alice, card)
    claim = await approval_run._claim(alice.id, UUID(card["id"]))
    assert claim is not None
    late = "update approvals set lease_until = now() - interval '1 second' where id = $1"
    await rows(db, late, UUID(card["id"]))
    return claim


async def test_what_can_be_repeated_is_run_again_after_a_kill(alice, card, db):
    await begun_and_cut_off(db, alice, card)
    await reaper.attend_once()
    assert await status_of(db, card["id"]) == "done"
    assert await titles(alice) == []


async def test_what_cannot_be_repeated_is_said_to_have_happened_perhaps(
    alice, card, db, monkeypatch
):
    await begun_and_cut_off(db, alice, card)
    once = tuple(replace(tool, repeatable=False) for tool in TOOLS)
    monkeypatch.setattr("assistant.services.toolkit.TOOLS", once)
    await reaper.attend_once()
    assert await status_of(db, card["id"]) == "failed"
    assert await titles(alice) == ["Milk"]
    (_, reply, *_) = await shown(alice, UUID(card["conversation"]))
    assert reply["parts"][-1]["result"] == approval_run.PERHAPS


async def test_a_database_that_is_away_when_it_is_done_is_waited_for(  # noqa: PLR0913
    alice, demo, db, postgres, tmp_path, monkeypatch
):
    wall, done, goes_on = Wall(tmp_path / "wall"), asyncio.Event(), asyncio.Event()

    async def passing(where):
        if where == "after":
            done.set()
            await goes_on.wait()

    monkeypatch.setattr("assistant.services.toolkit.TOOLS", tools_at(wall, passing))
    await ask(alice, 'use post_once {"text": "Milk"}')
    (card,) = await stored_cards.pending(alice.id)
    await allowed(alice, card)
    await rows(db, "update approvals set run_at = now() where id = $1", UUID(card["id"]))
    work = asyncio.create_task(approval_run.carry_out(alice.id, UUID(card["id"])))
    await done.wait()
    async with away(postgres, db):
        goes_on.set()
        await asyncio.sleep(0.2)
        assert not work.done()
    await work
    assert (await status_of(db, card["id"]), wall.of(card["id"])) == ("done", ["Milk"])


async def test_a_late_worker_writes_nothing(alice, card, db):
    claim = await begun_and_cut_off(db, alice, card)
    await reaper.attend_once()
    before = await befell(db, alice)
    await approval_run._finish(claim, approval_run._not_run(claim.call, "late"))
    assert await befell(db, alice) == before
    assert await status_of(db, card["id"]) == "done"


async def test_what_was_allowed_can_be_taken_back_until_its_time(alice, card, db):
    await allowed(alice, card)
    later = "update approvals set run_at = now() + interval '1 minute' where id = $1"
    await rows(db, later, UUID(card["id"]))
    await reaper.attend_once()
    assert await titles(alice) == ["Milk"]
    await approvals.deny(alice.id, UUID(card["id"]))
    assert await status_of(db, card["id"]) == "denied"
    await rows(db, "update approvals set run_at = now() where id = $1", UUID(card["id"]))
    await reaper.attend_once()
    assert await titles(alice) == ["Milk"]


async def test_a_tool_that_was_turned_off_meanwhile_does_not_run(alice, card, db):
    await allowed(alice, card)
    await permissions.set_rule(alice.id, "delete_note", "off")
    await reaper.attend_once()
    assert await status_of(db, card["id"]) == "failed"
    assert await titles(alice) == ["Milk"]


async def test_what_was_allowed_in_a_conversation_that_is_deleted_meanwhile_is_refused(
    alice, card, db
):
    await allowed(alice, card)
    await conversations.delete(alice.id, UUID(card["conversation"]))
    await reaper.attend_once()
    assert await titles(alice) == ["Milk"]
    assert await status_of(db, card["id"]) == "denied"
    assert await befell(db, alice) == ["asked", "approved", "denied"]
    await conversations.delete(alice.id, UUID(card["conversation"]), back=True)
    await reaper.attend_once()
    assert await titles(alice) == ["Milk"]
    part = part_of(card, await shown(alice, UUID(card["conversation"])))
    assert (part["state"], part["result"]) == ("denied", approval_run.DELETED)


async def test_what_was_cut_off_in_a_conversation_that_is_deleted_meanwhile_is_not_run_again(
    alice, card, db
):
    await begun_and_cut_off(db, alice, card)
    await conversations.delete(alice.id, UUID(card["conversation"]))
    await reaper.attend_once()
    assert await titles(alice) == ["Milk"]
    assert await befell(db, alice) == ["asked", "approved", "started", "failed"]


async def test_a_grant_lets_the_next_one_run_by_itself(alice, card, db):
    await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"], scope="always"))
    other = await kept(alice, "Bread")
    await ask(alice, f'use delete_note {{"note_id": "{other}"}}')
    assert await stored_cards.pending(alice.id) == []
    await reaper.attend_once()
    assert await titles(alice) == []


async def test_a_grant_that_is_revoked_before_its_time_asks_after_all(alice, card, db):
    await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"], scope="always"))
    other = await kept(alice, "Bread")
    await ask(alice, f'use delete_note {{"note_id": "{other}"}}')
    (grant,) = await permissions.granted(alice.id)
    await permissions.revoke(alice.id, grant.id)
    await reaper.attend_once()
    assert "Bread" in await titles(alice)
    (waiting,) = await stored_cards.pending(alice.id)
    assert waiting["sentence"] == "Delete the note “Bread”"
    assert (await befell(db, alice)).count("asked") == 2  # the first, and this one after all


async def test_for_whoever_has_deleted_their_account_no_answer_goes_on_until_it_is_kept(
    alice, card, db
):
    await rows(db, "update approvals set expires_at = now() where id = $1", UUID(card["id"]))
    await erasure.ask(alice, erasure.WORD)
    await reaper.attend_once()
    assert await status_of(db, card["id"]) == "expired"
    assert len(await shown(alice, UUID(card["conversation"]))) == 2
    await erasure.keep(alice.id)
    await reaper.attend_once()
    assert "This has run out" in await last_words(alice, card["conversation"])


async def test_a_conversation_that_has_gone_on_is_not_answered_again(alice, card, db):
    await ask(alice, "hello", UUID(card["conversation"]))
    await allowed(alice, card)
    await reaper.attend_once()
    await reaper.attend_once()
    messages = await shown(alice, UUID(card["conversation"]))
    assert [each["status"] for each in messages] == ["done"] * 4
    assert messages[1]["parts"][-1]["state"] == "done"


async def test_many_who_go_on_begin_one_answer(alice, card, db):
    await approvals.deny(alice.id, UUID(card["id"]))
    turn = await turn_of(db, card)
    await asyncio.gather(*(turns.resume(alice.id, turn) for _ in range(5)))
    await last_words(alice, card["conversation"])
    assert len(await shown(alice, UUID(card["conversation"]))) == 3


async def test_a_hundred_calls_that_cannot_be_opened_hold_up_nobody(alice, bob, demo, db):
    """They are older than his; hers fail as long as her keys are lost."""
    (hers,) = await asks_to_delete(alice, await kept(alice))
    await allowed(alice, hers)
    (his,) = await asks_to_delete(bob, await kept(bob))
    await allowed(bob, his)
    copies = """
        insert into approvals select (jsonb_populate_record(a, jsonb_build_object(
            'id', gen_random_uuid(), 'run_at', now() - interval '1 hour'))).*
        from approvals a, generate_series(1, 100) where a.id = $1
    """
    await rows(db, copies, UUID(hers["id"]))
    await rows(db, "update user_keys set wrapped = wrapped || 'x' where user_id = $1", alice.id)
    keys.forget(alice.id)
    await reaper.attend_once()
    await reaper.attend_once()
    assert await status_of(db, his["id"]) == "done"
    await rows(db, "delete from approvals where user_id = $1", alice.id)  # they would come again


async def test_what_the_plan_has_lost_meanwhile_is_not_run(alice, card, db, sold, monkeypatch):
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", alice.id)
    monkeypatch.setattr("assistant.services.features.OURS", frozenset())
    await allowed(alice, card)
    await rows(db, "update subscriptions set status = 'unpaid' where user_id = $1", alice.id)
    await reaper.attend_once()
    assert await status_of(db, card["id"]) == "failed"
    assert await titles(alice) == ["Milk"]
