"""What an answer cost is told to its owner: every request that was made for it."""

from uuid import UUID, uuid4

import pytest

from assistant.errors import NotFound
from assistant.services import conversations
from assistant.services.answer_costs import requests_for
from tests.services.talk import ended, rows, say, shown


async def reply_to(user, words):
    """The id of the answer to these words, once it has ended, and its conversation."""
    started = await say(user, words)
    await ended(user, started)
    (_, reply) = await shown(user, started.conversation_id)
    return UUID(reply["id"]), started.conversation_id


async def test_an_answer_tells_who_was_asked_and_each_figure(alice, vendors, db):
    reply, _ = await reply_to(alice, "Hello [[tokens=20]]")
    (one,) = await requests_for(alice.id, reply)
    (row,) = await rows(
        db, "select * from usage_logs where user_id = $1 and purpose = 'answer'", alice.id
    )
    assert (one.vendor, one.model) == ("Anthropic", "Claude Sonnet 5.5")
    assert (one.estimated, one.ended) == (False, "")
    assert (one.read, one.written) == (row["input_tokens"], row["output_tokens"])
    assert (one.cache_read, one.cache_write) == (
        row["cache_read_tokens"],
        row["cache_write_tokens"],
    )
    assert one.usd == row["cost"] > 0


async def test_each_request_of_an_answer_with_tools_is_told_in_order(alice, vendors, db):
    reply, _ = await reply_to(alice, "[[tool=calculator expression=1+1]]")
    sql = """select cost from usage_logs where user_id = $1 and purpose = 'answer' order by seq"""
    booked = [row["cost"] for row in await rows(db, sql, alice.id)]
    assert [each.usd for each in await requests_for(alice.id, reply)] == booked
    assert len(booked) == 2


async def test_an_attempt_that_failed_and_the_one_that_went_on_are_both_told(alice, vendors):
    reply, _ = await reply_to(alice, "[[tokens=40]] [[anthropic:cut=10]]")
    told = await requests_for(alice.id, reply)
    assert [each.vendor for each in told] == ["Anthropic", "OpenAI"]
    assert told[0].estimated or told[0].ended


async def test_an_answer_of_somebody_else_a_question_and_nothing_do_not_exist(
    alice, bob, vendors, db
):
    reply, conversation = await reply_to(alice, "Hello")
    (question, _) = await shown(alice, conversation)
    for user, message in ((bob, reply), (alice, UUID(question["id"])), (alice, uuid4())):
        with pytest.raises(NotFound, match="This message does not exist"):
            await requests_for(user.id, message)
    await conversations.delete(alice.id, conversation)
    with pytest.raises(NotFound):
        await requests_for(alice.id, reply)


async def test_the_demo_model_costs_nothing_and_has_no_vendor(alice, demo):
    reply, _ = await reply_to(alice, "Hello")
    (one,) = await requests_for(alice.id, reply)
    assert (one.vendor, one.model, one.usd) == ("", "Demo model", 0)
