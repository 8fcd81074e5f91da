"""A decision about a waiting call takes effect at once, and the answer goes on."""

from uuid import UUID

import pytest

from assistant.errors import NotFound, Refused, StepUpNeeded
from assistant.services import conversations, decisions
from assistant.services.approvals import Yes
from tests.services.talk import eventually, rows, shown, text_of
from tests.services.waiting import asks_to_delete, kept, part_of, titles

STALE = "update login_sessions set fresh_at = now() - interval '6 minutes' where user_id = $1"
TITLE = "Shopping"

pytestmark = pytest.mark.usefixtures("demo")


async def asked(user, title=TITLE):
    """The card of a call that would delete a note of this title."""
    (card,) = await asks_to_delete(user, await kept(user, title))
    return card


async def _gone_on(user, card):
    """The messages, once the answer that waited has gone on to its end."""

    async def is_over():
        messages = await shown(user, UUID(card["conversation"]))
        return messages if [m["status"] for m in messages] == ["done"] * 3 else None

    return await eventually(is_over)


async def test_what_is_allowed_runs_at_once_and_the_answer_goes_on(alice):
    card = await asked(alice)
    await decisions.allow(alice, UUID(card["id"]), Yes(card["shown"]))
    messages = await _gone_on(alice, card)
    assert await titles(alice) == []
    part = part_of(card, messages)
    assert (part["state"], part["approval"]["status"]) == ("done", "done")
    assert f"The note “{TITLE}” is deleted." in text_of(messages[-1]["parts"])


async def test_what_is_refused_is_not_run_and_the_model_reads_why(alice):
    card = await asked(alice)
    await decisions.refuse(alice, UUID(card["id"]), "I still need it")
    messages = await _gone_on(alice, card)
    assert await titles(alice) == [TITLE]
    part = part_of(card, messages)
    assert (part["state"], part["approval"]["status"]) == ("denied", "denied")
    assert part["approval"]["reason"] == "I still need it"
    assert "I still need it" in text_of(messages[-1]["parts"])


async def test_a_second_decision_finds_the_first_one(alice):
    card = await asked(alice)
    await decisions.refuse(alice, UUID(card["id"]), "")
    with pytest.raises(Refused, match="refused already"):
        await decisions.allow(alice, UUID(card["id"]), Yes(card["shown"]))
    assert await titles(alice) == [TITLE]


async def test_another_user_decides_nothing(alice, bob):
    card = await asked(alice)
    with pytest.raises(NotFound):
        await decisions.allow(bob, UUID(card["id"]), Yes(card["shown"]))
    with pytest.raises(NotFound):
        await decisions.refuse(bob, UUID(card["id"]), "")
    assert [each["id"] for each in await decisions.waiting(alice.id)] == [card["id"]]
    assert await decisions.waiting(bob.id) == []


async def test_always_needs_a_fresh_proof_of_who_one_is(alice, db):
    card = await asked(alice)
    await rows(db, STALE, alice.id)
    with pytest.raises(StepUpNeeded):
        await decisions.allow(alice, UUID(card["id"]), Yes(card["shown"], scope="always"))
    assert await titles(alice) == [TITLE]
    await decisions.allow(alice, UUID(card["id"]), Yes(card["shown"], scope="conversation"))
    await _gone_on(alice, card)


async def test_several_wait_at_once_each_with_its_conversation(alice):
    cards = [await asked(alice, f"Note {number}") for number in range(3)]
    waiting = await decisions.waiting(alice.id)
    assert [each["id"] for each in waiting] == [card["id"] for card in cards]
    assert (
        waiting[0]["title"]
        == (await conversations.opened(alice.id, UUID(cards[0]["conversation"]))).title
    )
    await conversations.delete(alice.id, UUID(cards[1]["conversation"]))
    assert [each["id"] for each in await decisions.waiting(alice.id)] == [
        cards[0]["id"],
        cards[2]["id"],
    ]
