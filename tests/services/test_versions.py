"""Which branch of a conversation is shown, and what a page is told of the others."""

import asyncio
from uuid import UUID, uuid4

import pytest

from assistant.errors import NotFound, Refused
from assistant.services import asking_anew, conversations, messages, signals, turns, versions
from tests.services.archives import brought, exported
from tests.services.talk import ask, ended, rows, say, shown, text_of, until_entry, wish


@pytest.fixture
async def talk(alice, demo):
    """A conversation and the ids of the three answers that were given to its first question."""
    started = await say(alice, "one")
    await ended(alice, started)
    place, answers = started.conversation_id, []
    for _ in range(2):
        answers.append((await shown(alice, place))[1]["id"])
        await ended(alice, await asking_anew.regenerate(alice.id, answers[-1], wish()))
    return place, [*answers, (await shown(alice, place))[1]["id"]]


async def show(user, place, message):
    return await versions.show(user.id, place, UUID(message))


async def test_each_version_knows_its_number_and_its_neighbours(alice, talk):
    place, answers = talk
    for at, answer in enumerate(answers):
        await show(alice, place, answer)
        question, reply = await shown(alice, place)
        assert "versions" not in question
        assert reply["id"] == answer
        before, after = [None, *answers][at], [*answers, None][at + 1]
        assert reply["versions"] == {"at": at + 1, "of": 3, "before": before, "after": after}


async def test_a_version_is_shown_down_to_what_was_said_last_below_it(alice, talk):
    place, answers = talk
    await show(alice, place, answers[0])
    await ask(alice, "two", place)
    first_end = [each["id"] for each in await shown(alice, place)]
    await ended(alice, await asking_anew.edit(alice.id, first_end[2], "three", wish()))
    newest_end = [each["id"] for each in await shown(alice, place)]
    await show(alice, place, answers[2])
    assert len(await shown(alice, place)) == 2
    assert await show(alice, place, answers[0]) == 3
    assert [each["id"] for each in await shown(alice, place)] == newest_end
    assert await show(alice, place, first_end[3]) == 1
    assert [each["id"] for each in await shown(alice, place)] == first_end


async def test_what_is_sent_next_goes_on_from_the_branch_that_is_shown(alice, talk):
    place, answers = talk
    await show(alice, place, answers[1])
    await ask(alice, "two", place)
    assert [each["id"] for each in await shown(alice, place)][1] == answers[1]


async def test_a_message_that_is_shown_already_changes_nothing_and_tells_nobody(alice, talk):
    place, _ = talk
    await ask(alice, "two", place)
    before = await shown(alice, place)
    heard = []
    with signals.listening(f"user:{alice.id}", heard.append):
        assert await show(alice, place, before[0]["id"]) == 4
    assert "branch" not in [each["kind"] for each in heard]
    assert await shown(alice, place) == before


async def test_open_pages_are_told_and_the_list_keeps_its_order(alice, talk):
    place, answers = talk
    later = await say(alice, "another conversation")
    await ended(alice, later)
    heard = []
    with signals.listening(f"user:{alice.id}", heard.append):
        await show(alice, place, answers[0])
    assert {"kind": "branch", "conversation": str(place)} in heard
    listed = (await conversations.overview(alice.id, 10)).listed
    assert [each.id for each in listed] == [later.conversation_id, place]


async def test_not_while_an_answer_is_written_but_what_is_shown_may_be_named(alice, talk, demo):
    place, answers = talk
    demo(0.01)
    running = await say(alice, "write 90 words", place)
    await until_entry(running.turn_id, 1)
    before = [each["id"] for each in await shown(alice, place)]
    with pytest.raises(Refused, match="is being written"):
        await show(alice, place, answers[0])
    await show(alice, place, before[0])
    assert [each["id"] for each in await shown(alice, place)] == before
    await turns.stop(alice.id, running.turn_id, 0)
    await ended(alice, running)


async def test_a_send_and_a_change_at_once_end_on_one_branch(alice, talk):
    place, answers = talk
    for number in range(5):
        sending = say(alice, f"message {number}", place)
        told = await asyncio.gather(
            sending, *(show(alice, place, each) for each in answers), return_exceptions=True
        )
        assert all(not isinstance(each, BaseException) or type(each) is Refused for each in told)
        await ended(alice, told[0])
        branch = await shown(alice, place)
        assert [text_of(each["parts"]) for each in branch[:1]] == ["one"]
        assert branch[-1]["role"] == "assistant"


async def test_what_is_not_ones_own_does_not_exist(alice, bob, talk, demo):
    place, answers = talk
    theirs = await say(bob, "secret")
    await ended(bob, theirs)
    foreign = (await shown(bob, theirs.conversation_id))[0]["id"]
    elsewhere = await say(alice, "elsewhere")
    await ended(alice, elsewhere)
    other = (await shown(alice, elsewhere.conversation_id))[0]["id"]
    before = await shown(alice, place)
    for message in (foreign, other, str(uuid4())):
        with pytest.raises(NotFound, match="message"):
            await show(alice, place, message)
    for conversation in (theirs.conversation_id, uuid4()):
        with pytest.raises(NotFound, match="conversation"):
            await show(alice, conversation, answers[0])
    assert await shown(alice, place) == before


async def test_in_a_deleted_conversation_nothing_is_shown(alice, talk):
    place, answers = talk
    await conversations.delete(alice.id, place)
    with pytest.raises(NotFound):
        await show(alice, place, answers[0])


async def test_a_page_of_the_middle_tells_of_versions_too(alice, talk):
    place, answers = talk
    await ask(alice, "two", place)
    last = (await shown(alice, place))[2]["id"]
    read = await messages.page(alice.id, place, UUID(last), 1)
    assert [each["id"] for each in read.messages] == [answers[2]]
    assert read.messages[0]["versions"]["at"] == 3


async def test_messages_without_other_versions_say_nothing(alice, demo, db):
    await ask(alice, "hello")
    (talk,) = await rows(db, "select id from conversations where user_id = $1", alice.id)
    assert all("versions" not in each for each in await shown(alice, talk["id"]))


async def test_an_archive_carries_all_versions_and_which_is_shown(alice, bob, talk):
    place, answers = talk
    await show(alice, place, answers[1])
    await ask(alice, "two", place)
    before = await shown(alice, place)
    await ended(alice, await asking_anew.edit(alice.id, before[0]["id"], "other words", wish()))
    await show(alice, place, answers[1])
    assert await brought(bob, await exported(alice)) == (1, [])
    (theirs,) = (await conversations.overview(bob.id, 10)).listed
    now, then = await shown(bob, theirs.id), await shown(alice, place)
    assert [each["parts"] for each in now] == [each["parts"] for each in then]
    assert [each.get("versions", {}).get("of") for each in now] == [2, 3, None, None]
    await show(bob, theirs.id, now[0]["versions"]["after"] or now[0]["versions"]["before"])
    assert text_of((await shown(bob, theirs.id))[0]["parts"]) == "other words"
