"""What the chat page sends: taken once, where it belongs, or refused beside its key."""

import asyncio
from uuid import UUID, uuid4

import pytest
from limits import parse_many

from assistant.config import settings
from assistant.services import conversations, rate_limits, turns
from assistant.services.file_uploads import upload
from assistant.state.chat import ChatState
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, say, shown, text_of, until_entry
from tests.state.chatting import KEY, holding, sent, went_to
from tests.state.conftest import Page
from tests.vendors import Say, Script

SLOW = Script(blocks=(Say(("more ",) * 2_000),), gap_seconds=0.02)


async def test_a_first_message_begins_a_conversation_and_is_acknowledged(hers, alice, demo):
    state = await sent(hers, "calculate 1+1")
    assert state.acknowledged == [
        {"key": KEY.format(1), "conversation": state.conversation_id, "turn": state.turn_id}
    ]
    assert hers.redirects == []  # the page goes there by itself
    assert (state.refused, state.problem) == ([], "")
    listed = (await conversations.overview(alice.id, 10)).listed
    assert [str(row.id) for row in listed] == [state.conversation_id]
    assert state.turn_id


async def test_the_same_send_again_is_the_same_turn(hers, alice, demo):
    first = dict((await sent(hers)).acknowledged[-1])
    again = {"text": "hello", "client_key": KEY.format(1), "file_ids": []}
    await hers.send(ChatState, "send", conversation_id="", **again)
    assert (await hers.state(ChatState)).acknowledged[-1] == first
    assert len((await conversations.overview(alice.id, 10)).listed) == 1


@pytest.mark.parametrize("text", ["", "   ", "a\x00", "\ud800", "x" * 100_001])
async def test_a_refused_message_says_why_beside_its_key(text, hers, alice, demo):
    state = await sent(hers, text)
    assert state.refused[-1]["key"] == KEY.format(1)
    assert state.refused[-1]["message"].endswith((".", ")."))
    assert (state.acknowledged, state.conversation_id) == ([], "")
    assert (await conversations.overview(alice.id, 10)).listed == []


async def test_a_message_takes_the_files_that_it_names(hers, alice, demo):
    kept = await upload(alice.id, "plan.txt", b"a plan")
    state = await sent(hers, "Read it", files=[kept.id])
    question = (await shown(alice, UUID(state.conversation_id)))[0]
    assert [part.get("id") for part in question["parts"]] == [str(kept.id), None]


@pytest.mark.parametrize("named", ["no id", "6a0f3c52-5b0e-4c7c-9a55-2f0f3bd1c7ae"])
async def test_a_file_that_does_not_exist_refuses_the_message(named, hers, alice, demo):
    state = await sent(hers, "Read it", files=[named])
    assert [each["key"] for each in state.refused] == [KEY.format(1)]
    assert (await conversations.overview(alice.id, 10)).listed == []


async def test_a_second_message_while_one_is_answered_is_refused(hers, vendors):
    await sent(hers, "[[tokens=2000 gap=20]]")
    state = await sent(hers, "and?", KEY.format(2))
    assert "still being written" in state.refused[-1]["message"]


async def test_retry_and_proceed_go_on_from_a_stopped_answer(hers, alice, vendors):
    state = await sent(hers, "[[tokens=2000 gap=20]]")
    turn, conversation = UUID(state.turn_id), UUID(state.conversation_id)
    await until_entry(turn, 3)
    await turns.stop(alice.id, turn, 2)
    await ended(alice, turns.Started(turn, conversation))
    for event in ("proceed", "retry"):
        reply = (await shown(alice, conversation))[-1]
        assert reply["status"] == "stopped"
        vendors.then("anthropic", SLOW)  # a stop could come too late for what is usual
        await hers.send(ChatState, event, message_id=reply["id"], client_key=f"client-{event}")
        state = await hers.state(ChatState)
        assert state.problem == ""
        assert state.acknowledged[-1]["key"] == f"client-{event}"
        assert UUID(state.turn_id) != turn
        turn = UUID(state.turn_id)
        await turns.stop(alice.id, turn, 0)
        await ended(alice, turns.Started(turn, conversation))


async def test_what_belongs_to_bob_does_not_exist(hers, bob, demo):
    theirs = await say(bob, "secret")
    await ended(bob, theirs)
    reply = (await shown(bob, theirs.conversation_id))[-1]["id"]
    said = []
    for message in (reply, str(uuid4()), "x"):
        for event in ("retry", "proceed"):
            await hers.send(ChatState, event, message_id=message, client_key=KEY.format(1))
            said.append((await hers.state(ChatState)).problem)
    assert said == ["This message does not exist."] * 6


@pytest.mark.parametrize("from_a_new_page", [True, False])
async def test_a_send_that_is_taken_after_one_moved_on_leaves_the_page_alone(
    from_a_new_page, hers, alice, vendors, monkeypatch
):
    left, opened = [await say(alice, words) for words in ("the first", "the second")]
    for each in (left, opened):
        await ended(alice, each)
    place = "" if from_a_new_page else str(left.conversation_id)
    await went_to(hers, place)
    done, may = holding(monkeypatch, turns, "send")
    sending = asyncio.create_task(sent(hers))
    await done.wait()
    await went_to(hers, opened.conversation_id)
    may.set()
    state = await sending
    assert (state.conversation_id, state.turn_id) == (str(opened.conversation_id), "")
    assert state.acknowledged[-1]["key"] == KEY.format(1)
    assert (state.acknowledged[-1]["conversation"] == place) is not from_a_new_page
    assert state.acknowledged[-1]["conversation"] != str(opened.conversation_id)
    assert hers.redirects == []


async def test_a_send_goes_where_the_page_says_and_not_where_it_is_now(hers, alice, demo):
    one, other = [await say(alice, words) for words in ("the first", "the second")]
    for each in (one, other):
        await ended(alice, each)
    await went_to(hers, other.conversation_id)
    place = str(one.conversation_id)
    given = {"text": "again", "client_key": KEY.format(1), "file_ids": []}
    await hers.send(ChatState, "send", conversation_id=place, **given)
    assert len(await shown(alice, one.conversation_id)) == 4
    assert len(await shown(alice, other.conversation_id)) == 2


async def test_nobody_can_send(anonymous: Page, demo):
    state = await sent(anonymous)
    assert state.refused[-1]["message"] == "Please sign in."


async def test_the_words_of_a_conversation_are_not_in_the_state(hers, alice, demo):
    state = await sent(hers, "a canary in the question")
    started = turns.Started(UUID(state.turn_id), UUID(state.conversation_id))
    reply = await ended(alice, started)
    await hers.send(SidebarState, "refresh")
    state = await hers.state(ChatState)
    assert "canary" in state.title
    assert text_of(reply.parts)[:40] not in str(state.dict())


async def test_of_one_address_only_so_many_messages_are_taken_whoever_sends_them(
    hers, bob, processor, demo, monkeypatch
):
    monkeypatch.setenv("RATE_LIMITS", "true")
    monkeypatch.setattr(rate_limits.RATES["messages_from"], "windows", parse_many("2/hour"))
    settings.cache_clear()
    rate_limits.limiter.cache_clear()
    his = await Page(*processor, user=bob).opened()
    hers.ip = his.ip = "203.0.113.7"
    for page in (hers, his):
        assert (await sent(page)).refused == []
    refused = (await sent(his, key=KEY.format(2))).refused
    assert refused[-1]["message"].startswith("There were too many messages in a short time.")
    await his.send(ChatState, "retry", message_id=str(uuid4()), client_key=KEY.format(3))
    assert (await his.state(ChatState)).problem.startswith("There were too many messages")
    elsewhere = await Page(*processor, user=bob, ip="203.0.113.8").opened()
    assert (await sent(elsewhere, key=KEY.format(4))).refused == []
    monkeypatch.undo()
    settings.cache_clear()
    rate_limits.limiter.cache_clear()
