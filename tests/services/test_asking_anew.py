"""Answers given once more and questions in other words, with the real database."""

import asyncio
from uuid import UUID, uuid4

import pytest

from assistant.database import user_session
from assistant.errors import Busy, NotFound, Refused
from assistant.models import Conversation, Message
from assistant.services import approvals, asking_anew, conversations, turns, versions
from assistant.services.approval_run import carry_out
from assistant.services.approvals import Yes
from assistant.services.file_uploads import upload
from assistant.services.keys import vault_in
from assistant.services.messages import opened, sealed
from assistant.services.model_choice import offers
from assistant.services.search import search
from assistant.services.stored_cards import pending
from assistant.services.tiers import tier_of
from tests.services.talk import ask, ended, rows, say, shown, text_of, wish
from tests.services.waiting import asks_to_delete, befell, kept, last_words, status_of, titles

TURN = "select turn_id from approvals where id = $1"
SLOW = "[[tokens=200 gap=20]]"


async def told(user, *texts):
    """The conversation in which this was said, and what its page shows."""
    place = None
    for text in texts:
        started = await say(user, text, place)
        await ended(user, started)
        place = started.conversation_id
    return place, await shown(user, place)


async def again(user, message, **values):
    return await ended(user, await asking_anew.regenerate(user.id, message, wish(**values)))


async def edited(user, message, words, **values):
    return await ended(user, await asking_anew.edit(user.id, message, words, wish(**values)))


def words_of(messages):
    return [text_of(each["parts"]) for each in messages]


def last_request(vendors):
    """The last one for an answer; titles are asked for without tools."""
    return [each.body for each in vendors.requests if each.body.get("tools")][-1]


def asked_of(vendors):
    """What the user has said, as the vendor was last told it."""
    said = last_request(vendors)["messages"]
    return [
        "".join(part["text"] for part in each["content"] if part["type"] == "text")
        for each in said
        if each["role"] == "user"
    ]


async def test_an_answer_in_the_middle_is_given_once_more_beside_all_that_followed(alice, demo):
    place, before = await told(alice, "one", "two")
    await again(alice, before[1]["id"])
    question, reply = await shown(alice, place)
    assert question["id"] == before[0]["id"]
    assert reply["versions"] == {"at": 2, "of": 2, "before": before[1]["id"], "after": None}
    await versions.show(alice.id, place, UUID(before[1]["id"]))
    assert [each["id"] for each in await shown(alice, place)] == [each["id"] for each in before]


async def test_an_edited_message_stands_beside_the_old_one_and_is_answered(alice, demo):
    place, before = await told(alice, "one", "two")
    await edited(alice, before[2]["id"], "calculate 6*7")
    now = await shown(alice, place)
    assert [each["id"] for each in now[:2]] == [each["id"] for each in before[:2]]
    assert text_of(now[2]["parts"]) == "calculate 6*7"
    assert "42" in text_of(now[3]["parts"])
    assert now[2]["versions"]["before"] == before[2]["id"]


async def test_the_first_message_can_be_edited_too(alice, demo):
    place, before = await told(alice, "one", "two")
    await edited(alice, before[0]["id"], "three")
    now = await shown(alice, place)
    assert (words_of(now)[0], len(now)) == ("three", 2)
    assert now[0]["versions"] == {"at": 2, "of": 2, "before": before[0]["id"], "after": None}


async def test_a_model_reads_the_branch_that_is_shown_and_no_other(alice, vendors):
    place, before = await told(alice, "first words", "second words")
    await edited(alice, before[2]["id"], "other words")
    assert asked_of(vendors) == ["first words", "other words"]
    await ask(alice, "third words", place)
    assert asked_of(vendors) == ["first words", "other words", "third words"]
    await versions.show(alice.id, place, UUID(before[2]["id"]))
    await ask(alice, "last words", place)
    assert asked_of(vendors) == ["first words", "second words", "last words"]


@pytest.mark.parametrize("what", ["regenerate", "edit"])
async def test_the_same_key_ten_times_at_once_is_one_turn(what, alice, demo, db):
    _, before = await told(alice, "hello")
    same = wish()
    calls = {
        "regenerate": lambda: asking_anew.regenerate(alice.id, before[1]["id"], same),
        "edit": lambda: asking_anew.edit(alice.id, before[0]["id"], "hello again", same),
    }
    started = await asyncio.gather(*(calls[what]() for _ in range(10)))
    assert len(set(started)) == 1
    await ended(alice, started[0])
    found = await rows(db, "select id from turns where user_id = $1", alice.id)
    written = await rows(db, "select id from messages where user_id = $1", alice.id)
    assert (len(found), len(written)) == (2, {"regenerate": 3, "edit": 4}[what])


async def test_what_is_not_ones_own_or_is_no_such_message_does_not_exist(alice, bob, demo, db):
    _, theirs = await told(bob, "secret")
    place, mine = await told(alice, "hello")
    named = [theirs[0]["id"], theirs[1]["id"], str(uuid4())]
    said = set()
    for message in [*named, mine[0]["id"]]:
        with pytest.raises(NotFound) as caught:
            await asking_anew.regenerate(alice.id, message, wish())
        said.add(str(caught.value))
    for message in [*named, mine[1]["id"]]:
        with pytest.raises(NotFound) as caught:
            await asking_anew.edit(alice.id, message, "mine now", wish())
        said.add(str(caught.value))
    assert said == {"This message does not exist."}
    assert await shown(alice, place) == mine
    assert len(await rows(db, "select id from messages where user_id = $1", bob.id)) == 2


async def test_in_a_deleted_conversation_nothing_is_asked_anew(alice, demo):
    place, before = await told(alice, "hello")
    await conversations.delete(alice.id, place)
    with pytest.raises(NotFound):
        await asking_anew.regenerate(alice.id, before[1]["id"], wish())
    with pytest.raises(NotFound):
        await asking_anew.edit(alice.id, before[0]["id"], "hello?", wish())


async def test_in_an_archived_one_it_is_and_it_stays_archived(alice, demo):
    place, before = await told(alice, "hello")
    await conversations.archive(alice.id, place)
    await edited(alice, before[0]["id"], "hello again")
    found = await conversations.overview(alice.id, 10, archived=10)
    assert ([], [place]) == (found.listed, [each.id for each in found.archived])


async def test_not_while_an_answer_of_the_conversation_is_written(alice, vendors):
    place, before = await told(alice, "hello")
    running = await say(alice, SLOW, place)
    with pytest.raises(Busy, match="still being written"):
        await asking_anew.regenerate(alice.id, before[1]["id"], wish())
    with pytest.raises(Busy, match="still being written"):
        await asking_anew.edit(alice.id, before[0]["id"], "hello again", wish())
    await turns.stop(alice.id, running.turn_id, 0)
    await ended(alice, running)
    assert len(await shown(alice, place)) == 4


@pytest.mark.parametrize("words", ["", "  \n", "a\x00", "\ud800", "x" * 100_001])
async def test_words_that_cannot_be_sent_change_nothing(words, alice, demo):
    place, before = await told(alice, "hello")
    with pytest.raises(Refused):
        await asking_anew.edit(alice.id, before[0]["id"], words, wish())
    assert await shown(alice, place) == before


async def test_files_stay_beside_the_words_as_they_were(alice, vendors):
    plan = await upload(alice.id, "plan.txt", b"the old plan")
    started = await turns.send(alice.id, None, "Read it", wish(files=(plan.id,)))
    await ended(alice, started)
    question = (await shown(alice, started.conversation_id))[0]
    for text in ("Read it well", ""):
        await edited(alice, question["id"], text)
        now = (await shown(alice, started.conversation_id))[0]
        assert [part for part in now["parts"] if part["type"] == "file"] == question["parts"][:1]
        assert text_of(now["parts"]) == text
    assert "the old plan" in str(last_request(vendors)["messages"])


async def test_the_new_words_are_found_and_the_old_ones_too(alice, demo):
    _, before = await told(alice, "about herons")
    await edited(alice, before[0]["id"], "about kingfishers")
    for word, expected in (("herons", before[0]["id"]), ("kingfishers", None)):
        said = [each for each in (await search(alice.id, word)).messages if each.role == "user"]
        assert len(said) == 1
        assert expected in (None, str(said[0].message_id))


async def test_words_of_an_archive_stay_words_that_anybody_may_have_written(alice, demo):
    place, before = await told(alice, "hello")
    question = UUID(before[0]["id"])
    async with user_session(alice.id) as session:
        row, vault = await session.get(Message, question), await vault_in(session)
        parts = [part | {"imported": True} for part in opened(question, row.content, vault)]
        row.content = sealed(question, parts, vault)
    await edited(alice, question, "hello there")
    async with user_session(alice.id) as session:
        talk = await session.get(Conversation, place)
        row = await session.get(Message, UUID((await shown(alice, place))[0]["id"]))
        (part,) = opened(row.id, row.content, await vault_in(session))
    assert (part["text"], part["imported"], talk.details["tainted"]) == ("hello there", True, True)


async def test_a_message_that_does_not_open_is_not_edited(alice, demo, db):
    place, before = await told(alice, "hello")
    spoil = "update messages set content = '\\x00' where id = $1"
    await rows(db, spoil, UUID(before[0]["id"]))
    with pytest.raises(Refused, match="cannot be opened"):
        await asking_anew.edit(alice.id, before[0]["id"], "hello?", wish())
    assert len(await shown(alice, place)) == 2


async def test_another_model_may_answer_once_and_the_conversation_keeps_its_own(alice, vendors):
    place, before = await told(alice, "hello")
    usual = (await conversations.opened(alice.id, place)).model
    tier = await tier_of(alice.id)
    other = next(each.id for each in offers(tier) if not each.plan and each.id != usual)
    await again(alice, before[1]["id"], model=other, once=True)
    assert (await shown(alice, place))[1]["model"] != before[1]["model"]
    assert (await conversations.opened(alice.id, place)).model == usual
    with pytest.raises(NotFound, match="model"):
        await asking_anew.regenerate(alice.id, before[1]["id"], wish(model="no such", once=True))


async def test_an_answer_that_waits_for_the_user_is_not_given_once_more(alice, demo):
    (card,) = await asks_to_delete(alice, await kept(alice))
    with pytest.raises(Refused, match="waits for your decision"):
        await asking_anew.regenerate(alice.id, UUID(card["message"]), wish())


async def test_a_call_of_a_branch_that_was_left_waits_on_and_runs_once(alice, demo, db):
    """What came of it stands in its answer; nothing goes on in a branch that nobody sees."""
    (card,) = await asks_to_delete(alice, await kept(alice))
    place = UUID(card["conversation"])
    question = (await shown(alice, place))[0]["id"]
    await edited(alice, question, "Keep it.")
    after = await shown(alice, place)
    await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"]))
    await asyncio.gather(*(carry_out(alice.id, UUID(card["id"])) for _ in range(5)))
    assert await titles(alice) == []
    await turns.resume(alice.id, (await rows(db, TURN, UUID(card["id"])))[0]["turn_id"])
    assert await shown(alice, place) == after
    assert await status_of(db, card["id"]) == "done"
    assert [each for each in await befell(db, alice) if each == "done"] == ["done"]


async def test_an_answer_that_is_given_once_more_asks_for_its_calls_by_itself(alice, demo, db):
    (card,) = await asks_to_delete(alice, await kept(alice))
    await approvals.deny(alice.id, UUID(card["id"]))
    await turns.resume(alice.id, (await rows(db, TURN, UUID(card["id"])))[0]["turn_id"])
    await last_words(alice, card["conversation"])
    state = await again(alice, card["message"])
    assert state.status == "waiting"
    (other,) = await pending(alice.id)
    assert (other["id"] != card["id"], other["shown"] != card["shown"]) == (True, True)
    assert await titles(alice) == ["Milk"]
