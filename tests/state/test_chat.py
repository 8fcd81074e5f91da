"""The chat page's state: it attaches to what there is, sends, stops, and says what fails."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from limits import parse_many

from assistant.config import settings
from assistant.errors import DatabaseAway
from assistant.services import conversations, messages, rate_limits, turns
from assistant.services.accounts import usual_model
from assistant.services.file_uploads import upload
from assistant.services.preferences import SMALL, answer_short_by
from assistant.state import chat
from assistant.state.chat import MISSING, NOT_BEGUN, NOT_SENT, ChatState
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, rows, say, shown, text_of, until_entry, wish
from tests.state.conftest import Page

KEY = "client-key-{}"


async def sent(hers, text="hello", key="client-key-1", files=()):
    """The state after the page has sent this where it is."""
    place = (await hers.state(ChatState)).conversation_id
    given = {"text": text, "client_key": key, "file_ids": [str(each) for each in files]}
    await hers.send(ChatState, "send", conversation_id=place, **given)
    return await hers.state(ChatState)


def holding(monkeypatch, module, name):
    """Let a call wait once it is done, until it may come back: (it is done, it may come back)."""
    real, done, may = getattr(module, name), asyncio.Event(), asyncio.Event()

    async def slow(*values, **options):
        answer = await real(*values, **options)
        done.set()
        await may.wait()
        return answer

    monkeypatch.setattr(module, name, slow)
    return done, may


async def picked(page, model_id):
    """The state after the page has picked a model, as its picker does which it has loaded."""
    await page.send(ChatState, "load")
    await page.send(ChatState, "pick", model_id=model_id)
    await page.send(ChatState, "keep_pick", model_id=model_id)
    return await page.state(ChatState)


async def went_to(page, conversation_id):
    """The page, once the user has opened another conversation in it ("" for none)."""
    page.chat_id = str(conversation_id)
    await page.send(ChatState, "load")
    return await page.state(ChatState)


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


async def test_a_picked_model_is_remembered_and_one_that_is_not_offered_is_not(
    hers, alice, vendors
):
    state = await picked(hers, "gpt-6-astra")
    assert (state.model, state.model_label) == ("gpt-6-astra", "GPT-6 Astra")
    assert await usual_model(alice.id) == "gpt-6-astra"
    state = await picked(hers, "gemini-2.0-pro")
    assert (state.problem, state.model) == ("This model does not exist.", "gpt-6-astra")
    assert await usual_model(alice.id) == "gpt-6-astra"


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


@pytest.mark.parametrize("asked_anew", ["retry", "proceed", "regenerate", "edit"])
async def test_what_is_asked_anew_before_a_conversation_is_loaded_is_answered_by_its_model(
    hers, alice, vendors, asked_anew
):
    other = await turns.send(alice.id, None, "hello", replace(wish(), model="gpt-6-astra"))
    await ended(alice, other)
    here = await sent(hers, "here")
    await ended(alice, turns.Started(UUID(here.turn_id), UUID(here.conversation_id)))
    at, given = ANEW.get(asked_anew, (1, {}))
    message = (await shown(alice, other.conversation_id))[at]["id"]
    await hers.send(ChatState, asked_anew, message_id=message, client_key=KEY.format(2), **given)
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


LARGE = "claude-opus-5-5"


async def lost_plan(db, user):
    """The user's plan has ended."""
    await rows(db, "update subscriptions set status = 'canceled' where user_id = $1", user.id)


async def used(db, user, messages):
    """The user has sent so many messages this month."""
    sql = "update allowances set messages = $2 where kind = 'month' and user_id = $1"
    await rows(db, sql, user.id, messages)


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


async def test_what_is_left_is_said_before_it_is_used_up(hers, alice, demo, sold, db):
    await sent(hers)
    state = await hers.state(ChatState)
    assert (state.short, state.spent, state.larger) == ("", "", "")
    await used(db, alice, 80)
    await hers.send(SidebarState, "refresh")
    state = await hers.state(ChatState)
    assert state.short.startswith("20 of 100 messages left until ")
    assert (state.spent, state.larger) == ("", "Pro")


async def test_who_has_used_all_hears_so_at_once_and_what_a_refused_message_means(
    hers, alice, demo, sold, db
):
    state = await sent(hers)
    await ended(alice, turns.Started(UUID(state.turn_id), UUID(state.conversation_id)))
    await used(db, alice, 100)
    state = await sent(hers, key=KEY.format(2))
    assert state.refused[-1] == {"key": KEY.format(2), "message": NOT_SENT}
    assert state.spent.startswith("All 100 messages of this month in the Free plan are sent.")
    assert (state.larger, state.until != "") == ("Pro", True)
    page = await replace(hers, token=str(uuid4())).opened()
    await page.send(ChatState, "load")
    assert (await page.state(ChatState)).spent == state.spent
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", alice.id)
    await hers.send(SidebarState, "refresh")
    assert (await hers.state(ChatState)).spent == ""


async def test_a_retry_that_the_plan_does_not_pay_for_shows_how_it_stands(
    hers, alice, demo, sold, db
):
    state = await sent(hers)
    conversation = UUID(state.conversation_id)
    await ended(alice, turns.Started(UUID(state.turn_id), conversation))
    await used(db, alice, 100)
    (_, reply) = await shown(alice, conversation)
    await hers.send(ChatState, "retry", message_id=reply["id"], client_key=KEY.format(2))
    state = await hers.state(ChatState)
    assert state.problem.startswith("All 100 messages of this month in the Free plan are sent.")
    assert state.spent.startswith("All 100 messages of this month in the Free plan are sent.")


async def test_a_refusal_is_said_also_while_nobody_can_tell_how_the_plan_stands(
    hers, demo, monkeypatch
):
    async def away(*_):
        raise DatabaseAway

    monkeypatch.setattr("assistant.state.chat.standing", away)
    state = await sent(hers, "")
    assert state.refused[-1]["key"] == KEY.format(1)


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


async def said_and_answered(hers, alice):
    """What the page shows, once a first message is answered."""
    state = await sent(hers)
    conversation = UUID(state.conversation_id)
    await ended(alice, turns.Started(UUID(state.turn_id), conversation))
    return conversation, await shown(alice, conversation)


ANEW = {
    "regenerate": (1, {"model_id": ""}),
    "edit": (0, {"text": "hello again"}),
}


@pytest.mark.parametrize("event", ANEW)
async def test_what_is_asked_anew_is_acknowledged_and_attached(event, hers, alice, demo):
    conversation, before = await said_and_answered(hers, alice)
    at, given = ANEW[event]
    key = KEY.format(event)
    await hers.send(ChatState, event, message_id=before[at]["id"], client_key=key, **given)
    state = await hers.state(ChatState)
    assert (state.problem, state.refused) == ("", [])
    assert state.acknowledged[-1] == {
        "key": key,
        "conversation": str(conversation),
        "turn": state.turn_id,
    }
    await ended(alice, turns.Started(UUID(state.turn_id), conversation))
    now = await shown(alice, conversation)
    assert (now[at]["id"] != before[at]["id"], now[at]["versions"]["of"]) == (True, 2)


@pytest.mark.parametrize("event", ANEW)
async def test_what_is_not_asked_anew_says_why_beside_its_key(event, hers, bob, demo):
    theirs = await say(bob, "secret")
    await ended(bob, theirs)
    foreign = (await shown(bob, theirs.conversation_id))[ANEW[event][0]]["id"]
    for message in (foreign, str(uuid4()), "x"):
        given = {"message_id": message, "client_key": KEY.format(1)} | ANEW[event][1]
        await hers.send(ChatState, event, **given)
    state = await hers.state(ChatState)
    told = [each["message"] for each in state.refused]
    assert told == ["This message does not exist."] * 3
    assert len(await shown(bob, theirs.conversation_id)) == 2


@pytest.mark.parametrize("event", ANEW)
@pytest.mark.usefixtures("demo", "sold")
async def test_what_the_plan_does_not_pay_for_is_not_begun(event, hers, alice, db):
    conversation, before = await said_and_answered(hers, alice)
    await used(db, alice, 100)
    given = {"message_id": before[ANEW[event][0]]["id"], "client_key": KEY.format(2)}
    await hers.send(ChatState, event, **given, **ANEW[event][1])
    state = await hers.state(ChatState)
    kept = {"regenerate": NOT_BEGUN, "edit": NOT_SENT}[event]
    assert state.refused[-1] == {"key": KEY.format(2), "message": kept}
    assert state.spent.startswith("All 100 messages of this month in the Free plan are sent.")
    assert await shown(alice, conversation) == before


async def test_a_model_that_is_named_answers_once_and_the_picked_one_stays(hers, alice, vendors):
    conversation, before = await said_and_answered(hers, alice)
    await hers.send(SidebarState, "refresh")
    state = await hers.state(ChatState)
    picked, free = state.model, [each["id"] for each in state.models if not each["plan"]]
    other = next(each for each in free if each != picked)
    given = {"message_id": before[1]["id"], "client_key": KEY.format(2)}
    await hers.send(ChatState, "regenerate", model_id=other, **given)
    state = await hers.state(ChatState)
    await ended(alice, turns.Started(UUID(state.turn_id), conversation))
    assert (await shown(alice, conversation))[1]["model"] != before[1]["model"]
    assert state.model == picked
    assert (await conversations.opened(alice.id, conversation)).model == picked
