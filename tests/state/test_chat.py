"""The chat page's state: it attaches to what there is, and knows which model is to answer."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from assistant.services import conversations, messages, turns
from assistant.services.accounts import usual_model
from assistant.services.preferences import SMALL, answer_short_by
from assistant.state import chat
from assistant.state.chat import MISSING, ChatState
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, rows, say, wish
from tests.state.chatting import KEY, holding, picked, sent, went_to


async def test_loading_attaches_to_a_running_turn_and_starts_none(hers, alice, vendors):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    state = await hers.state(ChatState)
    state.conversation_id = str(started.conversation_id)
    await hers.send(SidebarState, "refresh")
    state = await hers.state(ChatState)
    assert state.turn_id == str(started.turn_id)
    assert len((await messages.page(alice.id, started.conversation_id, None, 10)).messages) == 2


async def test_a_new_page_offers_the_usual_model(hers, demo):
    await hers.send(ChatState, "load")
    state = await hers.state(ChatState)
    assert (state.conversation_id, state.missing, state.model) == ("", "", "scripted")
    assert [model["id"] for model in state.models] == ["scripted"]


async def test_a_conversation_that_is_not_ones_own_is_missing(hers, bob, demo):
    theirs = await say(bob, "secret")
    await ended(bob, theirs)
    for which in (str(theirs.conversation_id), str(uuid4())):
        page = await replace(hers, token=str(uuid4())).opened()
        (await page.state(ChatState)).conversation_id = which
        await page.send(SidebarState, "refresh")
        state = await page.state(ChatState)
        assert (state.missing, state.conversation_id, state.title) == (MISSING, "", "")


async def test_a_slow_refresh_does_not_bring_back_what_was_left(hers, alice, demo, monkeypatch):
    left, opened = [await say(alice, words) for words in ("the first", "the second")]
    for each in (left, opened):
        await ended(alice, each)
    await went_to(hers, left.conversation_id)
    with monkeypatch.context() as patch:
        done, may = holding(patch, conversations, "overview")
        refreshing = asyncio.create_task(hers.send(SidebarState, "refresh"))
        await done.wait()
        patch.undo()
        shown_now = await went_to(hers, opened.conversation_id)
        before = (shown_now.conversation_id, shown_now.title, shown_now.turn_id)
        may.set()
        await refreshing
    state = await hers.state(ChatState)
    assert (state.conversation_id, state.title, state.turn_id) == before
    assert before[0] == str(opened.conversation_id)


async def test_a_slow_load_does_not_bring_back_what_was_left(hers, alice, demo, monkeypatch):
    left, opened = [await say(alice, words) for words in ("the first", "the second")]
    for each in (left, opened):
        await ended(alice, each)
    done, may = holding(monkeypatch, conversations, "opened")
    hers.chat_id = str(left.conversation_id)
    loading = asyncio.create_task(hers.send(ChatState, "load"))
    await done.wait()
    monkeypatch.undo()
    await went_to(hers, opened.conversation_id)
    may.set()
    await loading
    assert (await hers.state(ChatState)).conversation_id == str(opened.conversation_id)


async def test_a_new_chat_that_is_read_late_leaves_alone_what_began_in_it_meanwhile(
    hers, alice, demo, monkeypatch
):
    done, may = holding(monkeypatch, chat, "standing")
    loading = asyncio.create_task(hers.send(ChatState, "load"))
    await done.wait()
    begun = (await sent(hers)).conversation_id
    may.set()
    await loading
    assert begun
    assert (await hers.state(ChatState)).conversation_id == begun


async def test_a_picked_model_is_remembered_and_one_that_is_not_offered_is_not(
    hers, alice, vendors
):
    state = await picked(hers, "gpt-6-astra")
    assert (state.model, state.model_label) == ("gpt-6-astra", "GPT-6 Astra")
    assert await usual_model(alice.id) == "gpt-6-astra"
    state = await picked(hers, "gemini-2.0-pro")
    assert (state.problem, state.model) == ("This model does not exist.", "gpt-6-astra")
    assert await usual_model(alice.id) == "gpt-6-astra"


@pytest.mark.parametrize("is_new", [True, False])
async def test_what_is_picked_while_a_conversation_loads_stays_however_often_it_is_loaded(
    is_new, hers, alice, vendors, monkeypatch
):
    place = ""
    if not is_new:
        started = await say(alice, "the first")
        await ended(alice, started)
        place = str(started.conversation_id)
    await went_to(hers, "")
    done, may = holding(monkeypatch, chat, "standing")
    hers.chat_id = place
    loading = asyncio.create_task(hers.send(ChatState, "load"))
    await done.wait()
    await hers.send(ChatState, "pick", model_id="gpt-6-astra")
    may.set()
    await loading
    assert (await hers.state(ChatState)).model_label == "GPT-6 Astra"
    assert (await went_to(hers, place)).model == "gpt-6-astra"  # as when a socket is opened anew


async def test_what_was_picked_elsewhere_and_not_used_does_not_come_along(hers, alice, vendors):
    started = await say(alice, "the first")
    await ended(alice, started)
    await went_to(hers, "")
    await hers.send(ChatState, "pick", model_id="gpt-6-astra")
    assert (await went_to(hers, started.conversation_id)).model == "claude-sonnet-5-5"
    assert (await went_to(hers, "")).model == "claude-sonnet-5-5"


async def test_what_is_sent_right_after_a_pick_is_answered_by_it(hers, alice, vendors):
    given = {"conversation_id": "", "text": "hello", "client_key": KEY.format(1), "file_ids": []}
    await hers.send(ChatState, "load")
    await asyncio.gather(
        hers.send(ChatState, "pick", model_id="gpt-6-astra"), hers.send(ChatState, "send", **given)
    )
    state = await hers.state(ChatState)
    started = turns.Started(UUID(state.turn_id), UUID(state.conversation_id))
    await ended(alice, started)
    asked = [seen.model for seen in vendors.requests if seen.body.get("tools")]
    assert asked == ["gpt-6-astra"]


async def test_no_model_is_shown_before_it_is_known_which_one_is_wanted(
    hers, alice, vendors, monkeypatch
):
    await hers.send(ChatState, "load")
    await picked(hers, "gpt-6-astra")
    page = replace(hers, token=str(uuid4()))
    read, may = holding(monkeypatch, chat, "standing")
    loading = asyncio.create_task(page.send(ChatState, "load"))
    await read.wait()
    await page.send(SidebarState, "arrive", timezone="Asia/Tokyo")
    assert (await page.state(ChatState)).models == []
    may.set()
    await loading
    assert (await page.state(ChatState)).model == "gpt-6-astra"


async def test_a_pick_that_is_made_while_a_page_is_read_stays(hers, vendors, monkeypatch):
    await hers.send(ChatState, "load")
    read, may = holding(monkeypatch, chat, "standing")
    loading = asyncio.create_task(hers.send(ChatState, "load"))
    await read.wait()
    await hers.send(ChatState, "pick", model_id="gpt-6-astra")
    may.set()
    await loading
    state = await hers.state(ChatState)
    assert (state.model, state.model_label) == ("gpt-6-astra", "GPT-6 Astra")


async def test_a_pick_that_is_made_while_a_message_is_taken_is_for_the_next_one(
    hers, alice, vendors, monkeypatch
):
    await answer_short_by(alice.id, SMALL)
    await hers.send(ChatState, "load")
    taken, may = holding(monkeypatch, turns, "send")
    sending = asyncio.create_task(sent(hers, "Tell me."))
    await taken.wait()
    await hers.send(ChatState, "pick", model_id="gpt-6-astra")
    may.set()
    first = await sending
    await ended(alice, turns.Started(UUID(first.turn_id), UUID(first.conversation_id)))
    second = await sent(hers, "And?", KEY.format(2))
    await ended(alice, turns.Started(UUID(second.turn_id), UUID(second.conversation_id)))
    asked = [seen.model for seen in vendors.requests if seen.body.get("tools")]
    assert asked == ["claude-haiku-5-5", "gpt-6-astra"]


async def test_who_writes_before_a_conversation_is_loaded_is_answered_by_its_model(
    hers, alice, vendors
):
    other = await turns.send(alice.id, None, "hello", replace(wish(), model="gpt-6-astra"))
    await ended(alice, other)
    here = await sent(hers, "here")
    await ended(alice, turns.Started(UUID(here.turn_id), UUID(here.conversation_id)))
    given = {"text": "there", "client_key": KEY.format(2), "file_ids": []}
    await hers.send(ChatState, "send", conversation_id=str(other.conversation_id), **given)
    turn = (await hers.state(ChatState)).acknowledged[-1]["turn"]
    await ended(alice, turns.Started(UUID(turn), other.conversation_id))
    asked = [seen.model for seen in vendors.requests if seen.body.get("tools")]
    assert asked == ["gpt-6-astra", "claude-sonnet-5-5", "gpt-6-astra"]


async def test_a_model_that_was_just_picked_answers_also_a_short_question(hers, alice, vendors):
    await answer_short_by(alice.id, SMALL)
    await picked(hers, "gpt-6-astra")
    for number, words in enumerate(("Hi?", "And?")):
        state = await sent(hers, words, KEY.format(number))
        started = turns.Started(UUID(state.turn_id), UUID(state.conversation_id))
        await ended(alice, started)
    asked = [seen.model for seen in vendors.requests if seen.body.get("tools")]
    assert asked == ["gpt-6-astra", "gpt-6-luna"]


LARGE = "claude-opus-5-5"


async def lost_plan(db, user):
    """The user's plan has ended."""
    await rows(db, "update subscriptions set status = 'canceled' where user_id = $1", user.id)


async def test_a_model_of_another_plan_is_shown_and_not_to_be_picked(hers, alice, vendors, free):
    await hers.send(ChatState, "load")
    state = await hers.state(ChatState)
    assert {m["id"]: m["plan"] for m in state.models}[LARGE] == "Pro"
    assert {m["id"]: m["plan"] for m in state.models}[state.model] == ""
    usual = state.model
    state = await picked(hers, LARGE)
    assert state.model == usual
    assert state.problem.startswith("Claude Opus 5.5 comes with the Pro plan")
    assert await usual_model(alice.id) == ""


async def test_a_page_that_was_open_when_the_plan_ended_is_refused_once_and_goes_on(
    hers, alice, vendors, sold, db
):
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", alice.id)
    assert (await picked(hers, LARGE)).model == LARGE
    await lost_plan(db, alice)
    state = await sent(hers)
    assert state.refused[-1]["message"].startswith("Claude Opus 5.5 comes with the Pro plan")
    assert (state.conversation_id, state.model) == ("", "claude-sonnet-5-5")
    assert state.notice.endswith("Claude Sonnet 5.5 answers instead.")
    state = await sent(hers, key=KEY.format(2))
    assert state.acknowledged[-1]["key"] == KEY.format(2)
    await hers.send(SidebarState, "refresh")
    assert (await hers.state(ChatState)).notice.endswith("Claude Sonnet 5.5 answers instead.")
    await rows(db, "update subscriptions set status = 'active' where user_id = $1", alice.id)
    await hers.send(SidebarState, "refresh")
    state = await hers.state(ChatState)
    assert (state.model, state.notice) == (LARGE, "")
