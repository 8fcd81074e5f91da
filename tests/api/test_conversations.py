"""Pages of a conversation over HTTP."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest

from assistant.database import user_session
from assistant.models import Conversation, Message
from assistant.services import messages
from assistant.services.keys import vault_in
from tests.services.talk import ended, say, text_of

NOT_THERE = b'{"error":"This conversation does not exist."}'


def path(conversation_id, query=""):
    return f"/api/conversations/{conversation_id}/messages{query}"


async def talked(person, *texts):
    conversation_id = None
    for text in texts:
        started = await say(person.user, text, conversation_id)
        await ended(person.user, started)
        conversation_id = started.conversation_id
    return conversation_id


async def test_a_page_holds_the_newest_messages_and_leads_to_the_earlier_ones(ann, demo):
    conversation = await talked(ann, "one", "two")
    answer = await ann.browser.get(path(conversation, "?limit=3"))
    assert answer.headers["cache-control"] == "no-store"
    read = answer.json()
    assert [m["role"] for m in read["messages"]] == ["assistant", "user", "assistant"]
    assert read["earlier"] is True
    first = read["messages"][0]["id"]
    before = (await ann.browser.get(path(conversation, f"?before={first}"))).json()
    assert [text_of(m["parts"]) for m in before["messages"]] == ["one"]
    assert before["earlier"] is False


@pytest.mark.parametrize(
    "written", ['{"a": NaN}', '{"a": [Infinity]}', '{"a": ' * 900 + "1" + "}" * 900]
)
async def test_what_was_stored_before_arguments_were_judged_does_not_break_the_page(
    written, ann, demo
):
    conversation = await talked(ann, "calculate 1+1")
    async with user_session(ann.user.id) as session:
        reply = await session.get(Message, (await session.get(Conversation, conversation)).head_id)
        vault = await vault_in(session)
        stored = vault.open(messages.PLACE, reply.id, reply.content)
        old = stored.replace('{"expression":"1+1"}', written)
        assert old != stored
        reply.content = vault.seal(messages.PLACE, reply.id, old)
    answer = await ann.browser.get(path(conversation))
    assert answer.status_code == 200
    parts = json.loads(answer.content, parse_constant=pytest.fail)["messages"][-1]["parts"]
    assert text_of(parts).endswith("2")
    turn = answer.json()["messages"][-1]["turn"]
    assert "NaN" not in (await ann.browser.get(f"/api/turns/{turn}/events")).text
    assert (await ended(ann.user, await say(ann.user, "again", conversation))).status == "done"


LIMITS = ["0", "-1", "101", "x", "1.5", "9" * 99, "", "%00", "٣٠٠", "000001" + "0" * 5_000]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit[:8])
async def test_a_size_that_is_none_is_refused_with_a_sentence(limit, ann, demo):
    conversation = await talked(ann, "one")
    answer = await ann.browser.get(path(conversation, f"?limit={limit}"))
    assert answer.status_code == 422
    assert answer.json() == {"error": "A page holds between 1 and 100 messages."}


async def test_what_is_not_ones_own_is_not_there(ann, ben, demo):
    theirs = await talked(ben, "secret")
    told = [await ann.browser.get(path(which)) for which in (theirs, uuid4(), "x", "%2e%2e")]
    assert {(answer.status_code, answer.content) for answer in told} == {(404, NOT_THERE)}


async def test_a_marker_that_is_not_in_the_conversation_is_not_there(ann, ben, demo):
    mine, theirs = await talked(ann, "one"), await talked(ben, "secret")
    foreign = (await ben.browser.get(path(theirs))).json()["messages"][0]["id"]
    told = [
        await ann.browser.get(path(mine, f"?before={which}")) for which in (foreign, uuid4(), "x")
    ]
    assert {answer.status_code for answer in told} == {404}
    assert len({answer.content for answer in told}) == 1


async def test_nobody_reads_nothing(visitor):
    answer = await visitor.get(path(uuid4()))
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})


async def test_the_price_of_an_answer_is_told_to_its_owner(ann, vendors):
    conversation = await talked(ann, "[[tool=calculator expression=1+1]]")
    (question, reply) = (await ann.browser.get(path(conversation))).json()["messages"]
    answer = await ann.browser.get(f"/api/messages/{reply['id']}/cost")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert Decimal(told["usd"]) == sum(Decimal(each["usd"]) for each in told["requests"]) > 0
    assert [each["model"] for each in told["requests"]] == ["Claude Sonnet 5.5"] * 2
    for other in (question["id"], uuid4(), "x"):
        refused = await ann.browser.get(f"/api/messages/{other}/cost")
        assert (refused.status_code, refused.json()) == (
            404,
            {"error": "This message does not exist."},
        )
