"""Sending, retrying, continuing and stopping, with the real database and the demo model."""

import asyncio
import json
from contextlib import ExitStack, suppress
from uuid import uuid4

import pytest

from assistant import database
from assistant.config import settings
from assistant.errors import Busy, DatabaseAway, NotFound, Refused
from assistant.services import conversations, messages, signals, turns
from assistant.services.turn_state import state_of
from tests.services.talk import (
    ask,
    ended,
    eventually,
    rows,
    say,
    shown,
    text_of,
    until_entry,
    wish,
)
from tests.vendors import Say, Script, Think

SLOW = "[[tokens=200 gap=20]]"
LONG = "[[tokens=2000 gap=100]]"  # it outlasts whatever a busy machine makes others wait


async def test_a_message_gets_an_answer_that_stays(alice, demo):
    started = await say(alice, "calculate 12*7")
    state = await ended(alice, started)
    question, reply = await shown(alice, started.conversation_id)
    assert (question["role"], text_of(question["parts"])) == ("user", "calculate 12*7")
    assert (reply["role"], reply["status"], reply["error"]) == ("assistant", "done", "")
    assert "84" in text_of(reply["parts"])
    assert reply["parts"] == state.parts
    assert reply["model"] == "Demo model"


async def test_the_same_send_ten_times_at_once_is_one_turn(alice, demo, db):
    same = wish()
    started = await asyncio.gather(*(turns.send(alice.id, None, "hello", same) for _ in range(10)))
    assert len(set(started)) == 1
    await ended(alice, started[0])
    for table, count in (("turns", 1), ("conversations", 1), ("messages", 2)):
        found = await rows(db, f"select id from {table} where user_id = $1", alice.id)  # noqa: S608
        assert len(found) == count


async def test_two_users_may_choose_the_same_key(alice, bob, demo):
    same = wish()
    hers = await turns.send(alice.id, None, "hello", same)
    his = await turns.send(bob.id, None, "hello", same)
    assert hers.turn_id != his.turn_id


async def _sent(user, words):
    """Send it until it is taken or refused: who waits long for the others is told to come again."""
    same = wish()
    while True:
        with suppress(DatabaseAway):
            return await turns.send(user.id, None, words, same)


async def test_the_limit_of_turns_at_once_is_exact(alice, vendors):
    told = await asyncio.gather(*(_sent(alice, LONG) for _ in range(20)), return_exceptions=True)
    begun = [each for each in told if not isinstance(each, BaseException)]
    assert len(begun) == settings().turns_at_once
    assert {type(each) for each in told if each not in begun} == {Busy}
    await asyncio.gather(*(turns.stop(alice.id, each.turn_id, 0) for each in begun))
    await asyncio.gather(*(ended(alice, each) for each in begun))
    await ask(alice, "again")


async def test_a_second_message_waits_for_the_first_answer(alice, vendors):
    started = await say(alice, SLOW)
    with pytest.raises(Busy, match="still being written"):
        await say(alice, "and another", started.conversation_id)
    await turns.stop(alice.id, started.turn_id, 0)
    await ended(alice, started)
    assert (await ask(alice, "now", started.conversation_id)).status == "done"
    assert len(await shown(alice, started.conversation_id)) == 4


async def test_what_belongs_to_bob_does_not_exist_for_alice(alice, bob, demo):
    started = await say(bob, "hello")
    await ended(bob, started)
    _, reply = await shown(bob, started.conversation_id)

    async def answers(conversation, turn, message):
        calls = (
            say(alice, "hello", conversation),
            turns.stop(alice.id, turn, 0),
            turns.retry(alice.id, message, wish()),
            turns.proceed(alice.id, message, wish()),
            state_of(alice.id, turn),
            messages.page(alice.id, conversation, None, 10),
            conversations.opened(alice.id, conversation),
            conversations.rename(alice.id, conversation, "mine"),
            conversations.archive(alice.id, conversation),
            conversations.delete(alice.id, conversation),
        )
        told = await asyncio.gather(*calls, return_exceptions=True)
        return [(type(each), str(each)) for each in told]

    foreign = await answers(started.conversation_id, started.turn_id, reply["id"])
    assert foreign == await answers(uuid4(), uuid4(), uuid4())
    assert {kind for kind, _ in foreign} == {NotFound}
    assert (await conversations.opened(bob.id, started.conversation_id)).title != "mine"


async def test_a_retry_answers_the_same_question_beside_the_old_reply(alice, demo, db):
    started = await say(alice, "hello")
    await ended(alice, started)
    question, old = await shown(alice, started.conversation_id)
    again = await turns.retry(alice.id, old["id"], wish())
    await ended(alice, again)
    first, new = await shown(alice, started.conversation_id)
    assert first["id"] == question["id"]
    assert new["id"] != old["id"]
    siblings = await rows(db, "select id from messages where parent_id = $1", question["id"])
    assert {str(row["id"]) for row in siblings} == {old["id"], new["id"]}


async def test_a_question_cannot_be_retried_and_a_running_answer_not_yet(alice, vendors):
    started = await say(alice, SLOW)
    question, reply = await shown(alice, started.conversation_id)
    with pytest.raises(NotFound):
        await turns.retry(alice.id, question["id"], wish())
    for again in (turns.retry, turns.proceed):
        with pytest.raises((Refused, Busy)):
            await again(alice.id, reply["id"], wish())
    await turns.stop(alice.id, started.turn_id, 0)
    await ended(alice, started)


async def test_continue_adds_exactly_what_was_missing(alice, demo):
    whole = text_of((await ask(alice, "write 90 words")).parts)
    demo(0.01)
    pieces, current = [], await say(alice, "write 90 words")
    for _ in range(2):
        stopped = await _stopped_after(alice, current, 3)
        pieces.append(text_of(stopped["parts"]))
        current = await turns.proceed(alice.id, stopped["id"], wish())
    await ended(alice, current)
    pieces.append(text_of((await shown(alice, current.conversation_id))[-1]["parts"]))
    assert "".join(pieces) == whole
    assert all(pieces)


@pytest.mark.parametrize("again", [turns.retry, turns.proceed])
async def test_a_reply_that_is_not_the_last_any_more_is_left_alone(again, alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)
    old = (await shown(alice, started.conversation_id))[-1]
    await ask(alice, "and more", started.conversation_id)
    before = await shown(alice, started.conversation_id)
    heard = []
    gone_on = pytest.raises(Refused, match="has gone on since")
    with signals.listening(f"user:{alice.id}", heard.append), gone_on:
        await again(alice.id, old["id"], wish())
    assert signals.GAP in heard  # beside what titles tell, which come when they like
    assert await shown(alice, started.conversation_id) == before


async def test_a_deleted_conversation_takes_no_message(alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)
    _, reply = await shown(alice, started.conversation_id)
    await conversations.delete(alice.id, started.conversation_id)
    with pytest.raises(NotFound):
        await say(alice, "hello?", started.conversation_id)
    with pytest.raises(NotFound):
        await turns.retry(alice.id, reply["id"], wish())


async def test_a_failed_continuation_can_be_retried_and_still_goes_on(alice, vendors):
    started = await say(alice, "[[tokens=300 gap=20]]")
    await until_entry(started.turn_id, 3)
    await turns.stop(alice.id, started.turn_id, 3)
    await ended(alice, started)
    partial = (await shown(alice, started.conversation_id))[-1]
    gone = await turns.proceed(alice.id, partial["id"], wish())
    await turns.stop(alice.id, gone.turn_id, 0)
    await ended(alice, gone)
    vendors.requests.clear()
    last = (await shown(alice, started.conversation_id))[-1]
    again = await turns.retry(alice.id, last["id"], wish())
    assert (await ended(alice, again)).status == "done"
    asked = next(seen for seen in vendors.requests if seen.vendor == "anthropic")
    assert asked.body["messages"][-1]["role"] == "user"
    assert "broke off" in str(asked.body["messages"][-1])


async def test_nothing_is_left_of_a_send_that_was_refused(alice, demo, db):
    for bad in ("", "   \n\t", "a\x00b", "\ud800", "x" * 1_000_000):
        with pytest.raises(Refused):
            await say(alice, bad)
    assert await rows(db, "select id from conversations where user_id = $1", alice.id) == []


async def test_a_turn_leaves_no_task_behind(alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)

    async def quiet():
        names = {task.get_name() for task in asyncio.all_tasks()}
        return not any(name.startswith(("Running.", "entitle")) for name in names)

    assert await eventually(quiet)


async def _stopped_after(user, started, number):
    await until_entry(started.turn_id, number)
    await turns.stop(user.id, started.turn_id, number)
    assert (await ended(user, started)).status == "stopped"
    return (await shown(user, started.conversation_id))[-1]


async def test_a_reply_that_only_thought_is_answered_anew(alice, vendors):
    vendors.then("anthropic", Script((Think(("Hm, ",)), Say(("So.",))), gap_seconds=60))
    started = await say(alice, "think")
    await until_entry(started.turn_id, 1)
    await turns.stop(alice.id, started.turn_id, 1)
    stopped = await ended(alice, started)
    assert [part["type"] for part in stopped.parts] == ["thinking"]
    vendors.requests.clear()
    again = await turns.proceed(alice.id, stopped.end["message"], wish())
    assert (await ended(alice, again)).status == "done"
    asked = next(seen.body for seen in vendors.requests if seen.vendor == "anthropic")
    assert [message["role"] for message in asked["messages"]] == ["user"]
    assert "broke off" not in json.dumps(asked["messages"])


@pytest.fixture
def asked(monkeypatch):
    """What the driver asks the database in each transaction of a user, without its beginning."""
    transactions, begun = [], database._begun
    with ExitStack() as noting:

        async def begun_and_noted(*of):
            driver, asked = await begun(*of), []
            noting.enter_context(driver.query_logger(lambda query: asked.append(query.query)))
            transactions.append(asked)
            return driver

        monkeypatch.setattr(database, "_begun", begun_and_noted)
        yield transactions


async def test_a_message_goes_to_the_database_a_few_times_before_its_turn_runs(alice, demo, asked):
    await say(alice, "hello")
    _, ground, rows, reserved, end = of_the_send(asked)
    assert (" as known" in ground, rows[:5], "reservations" in reserved) == (True, "with ", True)
    assert end == "commit"


async def test_one_that_goes_on_also_reads_what_was_said(alice, demo, request):
    started = await say(alice, "hello")
    await ended(alice, started)
    asked = request.getfixturevalue("asked")
    await say(alice, "And now?", started.conversation_id)
    assert len(of_the_send(asked)) == 6


def of_the_send(transactions):
    """What the only send asked; titles and the like have transactions of their own."""
    (found,) = (asked for asked in transactions if "for no key update" in "".join(asked[:1]))
    return found
