"""Cards as they are stored, also those that do not open."""

from uuid import UUID

import pytest

from assistant.errors import Refused
from assistant.services import approval_run, approvals, reaper, stored_cards
from assistant.services.approvals import Yes
from assistant.services.keys import UNREADABLE
from tests.services.talk import rows, shown
from tests.services.waiting import (
    asks_to_delete,
    befell,
    kept,
    part_of,
    status_of,
    titles,
)


@pytest.fixture
async def broken(alice, demo, db):
    """A card whose arguments do not open any more."""
    (card,) = await asks_to_delete(alice, await kept(alice))
    sql = "update approvals set arguments = '\\x0100' where id = $1"
    await rows(db, sql, UUID(card["id"]))
    return card


async def test_one_that_does_not_open_says_so_and_can_only_be_refused(alice, broken, db):
    (shown,) = await stored_cards.pending(alice.id)
    assert (shown["sentence"], shown["arguments"]) == (UNREADABLE, {})
    with pytest.raises(Refused, match="cannot be opened"):
        await approvals.approve(alice.id, UUID(broken["id"]), Yes(broken["shown"]))
    await approvals.deny(alice.id, UUID(broken["id"]))
    assert await status_of(db, broken["id"]) == "denied"


async def test_one_that_no_longer_opens_when_its_time_comes_does_not_run(alice, broken, db):
    sql = "update approvals set status = 'approved', run_at = now() where id = $1"
    await rows(db, sql, UUID(broken["id"]))
    await reaper.attend_once()
    assert await status_of(db, broken["id"]) == "failed"
    assert await titles(alice) == ["Milk"]
    (_, reply, *_) = await shown(alice, UUID(broken["conversation"]))
    part = part_of(broken, [reply])
    assert (part["state"], part["approval"]["status"]) == ("failed", "failed")
    assert part["result"] == approval_run.SPOILED
    assert await befell(db, alice) == ["asked", "failed"]


async def test_one_that_was_put_back_to_what_it_was_before_a_change_does_not_run(alice, demo, db):
    milk, bread = [await kept(alice, title) for title in ("Milk", "Bread")]
    (card,) = await asks_to_delete(alice, milk)
    approval_id = UUID(card["id"])
    (old,) = await rows(db, "select arguments from approvals where id = $1", approval_id)
    await approvals.approve(alice.id, approval_id, Yes(card["shown"], {"note_id": bread}))
    back = "update approvals set arguments = $2 where id = $1"
    await rows(db, back, approval_id, old["arguments"])
    await reaper.attend_once()
    assert await status_of(db, card["id"]) == "failed"
    assert sorted(await titles(alice)) == ["Bread", "Milk"]


async def test_what_names_another_tool_than_the_card_can_only_be_refused(alice, demo, db):
    (card,) = await asks_to_delete(alice, await kept(alice))
    await rows(db, "update approvals set tool = 'delete_file' where id = $1", UUID(card["id"]))
    with pytest.raises(Refused, match="cannot be opened"):
        await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"]))
    await approvals.deny(alice.id, UUID(card["id"]))
    assert await status_of(db, card["id"]) == "denied"
