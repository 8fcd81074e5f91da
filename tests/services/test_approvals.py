"""What waits for the user is decided once, by its owner, as it was shown."""

import asyncio
from uuid import UUID, uuid4

import pytest

from assistant.errors import NotFound, Refused
from assistant.services import approvals, conversations, permissions, stored_cards
from assistant.services.approvals import ELSEWHERE, Yes
from assistant.services.connections import connect
from tests.services.accounts_outside import inside, sums
from tests.services.talk import ask, rows, shown
from tests.services.waiting import asks_to_delete, befell, kept, status_of, titles

__all__ = ["inside", "sums"]


@pytest.fixture
async def card(alice, demo):
    """The card of a call that would delete Alice's only note."""
    (card,) = await asks_to_delete(alice, await kept(alice))
    return card


async def test_what_destroys_waits_and_the_card_says_what_it_would_do(alice, card):
    assert card["sentence"] == "Delete the note “Milk”"
    assert (card["tool"], card["effect"], card["status"]) == ("delete_note", "destroy", "pending")
    assert card["targets"] == [{"kind": "note", "value": "Milk", "origin": "model"}]
    assert await titles(alice) == ["Milk"]
    (_, reply) = await shown(alice, UUID(card["conversation"]))
    assert reply["status"] == "waiting"
    assert reply["parts"][-1]["approval"]["id"] == card["id"]


async def test_ten_decisions_at_once_are_one(alice, card, db):
    yes, no = Yes(card["shown"]), UUID(card["id"])
    tries = [approvals.approve(alice.id, no, yes) for _ in range(5)]
    tries += [approvals.deny(alice.id, no) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [each for each in results if isinstance(each, Refused)]
    status = await status_of(db, card["id"])
    assert all(each is None or isinstance(each, Refused) for each in results)
    # What was allowed can still be taken back before it runs, so a No may come after a Yes.
    assert len(refused) == (
        8 if status == "denied" and "approved" in await befell(db, alice) else 9
    )


async def test_what_was_not_shown_is_not_allowed(alice, card, db):
    with pytest.raises(Refused, match="has changed since"):
        await approvals.approve(alice.id, UUID(card["id"]), Yes("another"))
    assert await status_of(db, card["id"]) == "pending"


async def test_nobody_else_decides(alice, bob, card, db):
    for decision in (
        approvals.approve(bob.id, UUID(card["id"]), Yes(card["shown"])),
        approvals.deny(bob.id, UUID(card["id"])),
        approvals.approve(alice.id, uuid4(), Yes(card["shown"])),
    ):
        with pytest.raises(NotFound):
            await decision
    assert await status_of(db, card["id"]) == "pending"
    assert await stored_cards.pending(bob.id) == []


async def test_what_the_user_changes_is_what_was_shown_from_then_on(alice, card, db):
    other = await kept(alice, "Bread")
    yes = Yes(card["shown"], {"note_id": other})
    await approvals.approve(alice.id, UUID(card["id"]), yes)
    (_, reply) = await shown(alice, UUID(card["conversation"]))
    part = reply["parts"][-1]
    assert part["arguments"] == {"note_id": other}
    assert part["approval"]["sentence"] == "Delete the note “Bread”"
    assert part["approval"]["shown"] != card["shown"]


@pytest.mark.parametrize("arguments", [{"note_id": 5}, {}, {"note_id": "nowhere"}, {"x": 1}])
async def test_a_change_that_makes_no_sense_decides_nothing(arguments, alice, card, db):
    with pytest.raises(Refused, match="Nothing was done"):
        await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"], arguments))
    assert await status_of(db, card["id"]) == "pending"


@pytest.mark.parametrize("arguments", [None, {"a": 2, "b": 5}])
async def test_a_card_that_names_a_server_is_for_no_other(arguments, alice, demo, sums, db):
    form = {"name": "sums", "url": sums.url.replace("127.0.0.1", "localhost")}
    await connect(alice.id, "mcp", form)
    await ask(alice, 'use sums__add {"a": 2, "b": 3}')
    (card,) = await stored_cards.pending(alice.id)
    yes = Yes(card["shown"], arguments)
    await connect(alice.id, "mcp", form | {"url": sums.url})
    with pytest.raises(Refused, match=ELSEWHERE):
        await approvals.approve(alice.id, UUID(card["id"]), yes)
    assert await status_of(db, card["id"]) == "pending"
    await connect(alice.id, "mcp", form)
    await approvals.approve(alice.id, UUID(card["id"]), yes)
    assert await status_of(db, card["id"]) == "approved"


async def test_what_ran_out_is_a_no(alice, card, db):
    await rows(db, "update approvals set expires_at = now() where id = $1", UUID(card["id"]))
    with pytest.raises(Refused, match="has run out"):
        await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"]))
    await approvals.expire(alice.id, UUID(card["id"]))
    assert await status_of(db, card["id"]) == "expired"
    assert await befell(db, alice) == ["asked", "expired"]


async def test_a_no_with_its_reason_is_in_the_log_and_in_the_reply(alice, card, db):
    await approvals.deny(alice.id, UUID(card["id"]), "Not the milk!")
    (_, reply) = await shown(alice, UUID(card["conversation"]))
    assert reply["parts"][-1]["state"] == "denied"
    assert "Not the milk!" in reply["parts"][-1]["result"]
    assert await befell(db, alice) == ["asked", "denied"]
    assert await titles(alice) == ["Milk"]


@pytest.mark.parametrize("scope", ["conversation", "target", "always"])
async def test_more_of_the_kind_can_be_allowed_with_it(scope, alice, card):
    await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"], scope=scope))
    (grant,) = await permissions.granted(alice.id)
    assert grant.tool == "delete_note"
    assert bool(grant.conversation_id) == (scope == "conversation")
    assert grant.target == ("Milk" if scope == "target" else "")
    assert bool(grant.expires_at) == (scope != "conversation")


async def test_the_conversation_is_not_held_up_by_what_waits(alice, card):
    state = await ask(alice, "hello", UUID(card["conversation"]))
    assert state.status == "done"
    assert [each["id"] for each in await stored_cards.pending(alice.id)] == [card["id"]]


async def test_several_wait_side_by_side(alice, demo):
    ids = [await kept(alice, title) for title in ("Milk", "Bread")]
    cards = await asks_to_delete(alice, *ids)
    assert [card["sentence"] for card in cards] == [
        "Delete the note “Milk”",
        "Delete the note “Bread”",
    ]


async def test_what_waits_in_a_deleted_conversation_is_not_asked_again(alice, card):
    await conversations.delete(alice.id, UUID(card["conversation"]))
    assert await stored_cards.pending(alice.id) == []


async def test_what_the_plan_lacks_by_now_cannot_be_allowed_and_can_be_refused(
    alice, card, db, sold, monkeypatch
):
    monkeypatch.setattr("assistant.services.features.OURS", frozenset())
    with pytest.raises(Refused, match="comes with the Pro plan, and yours is Free"):
        await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"]))
    assert await status_of(db, card["id"]) == "pending"
    await approvals.deny(alice.id, UUID(card["id"]))
    assert await titles(alice) == ["Milk"]
