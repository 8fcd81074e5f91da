"""Cards as they are stored, also those that do not open."""

from uuid import UUID

import pytest

from assistant.errors import Refused
from assistant.services import approvals, reaper, stored_cards
from assistant.services.approvals import Yes
from assistant.services.keys import UNREADABLE
from tests.services.talk import rows
from tests.services.waiting import asks_to_delete, kept, status_of, titles


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
