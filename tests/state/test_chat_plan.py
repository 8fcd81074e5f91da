"""What the chat page says of the plan: what is left of it, and what it does not pay for."""

from dataclasses import replace
from uuid import UUID, uuid4

from assistant.errors import DatabaseAway
from assistant.services import turns
from assistant.state.chat import NOT_SENT, ChatState
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, rows, shown
from tests.state.chatting import KEY, sent, used


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
