"""What the chat page asks anew: an answer once more, or a question in other words."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from assistant.services import conversations, turns
from assistant.state.chat import NOT_BEGUN, NOT_SENT, ChatState
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, say, shown, wish
from tests.state.chatting import KEY, said_and_answered, used, went_to

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


@pytest.mark.parametrize("event", ["retry", "proceed", *ANEW])
async def test_what_is_asked_anew_before_a_conversation_is_loaded_is_answered_by_its_model(
    event, hers, alice, vendors
):
    there = await turns.send(alice.id, None, "hello", replace(wish(), model="gpt-6-astra"))
    await ended(alice, there)
    await went_to(hers, "")
    before = await shown(alice, there.conversation_id)
    at, given = ANEW.get(event, (1, {}))
    hers.chat_id = str(there.conversation_id)
    asked = {"message_id": before[at]["id"], "client_key": KEY.format(2)}
    await hers.send(ChatState, event, **asked, **given)
    turn = (await hers.state(ChatState)).acknowledged[-1]["turn"]
    await ended(alice, turns.Started(UUID(turn), there.conversation_id))
    models = [seen.model for seen in vendors.requests if seen.body.get("tools")]
    assert models == ["gpt-6-astra"] * 2
