"""What a turn cost whose worker is gone."""

import pytest

from assistant.agent.catalog import DEFAULTS
from assistant.agent.history import BYTES_PER_TOKEN
from assistant.config import settings
from assistant.database import user_session
from assistant.models import Message, Turn
from assistant.services import orphan_costs
from tests.services.talk import rows


async def book(grip) -> None:
    async with user_session(grip.user_id) as session:
        turn = await session.get(Turn, grip.turn_id)
        await orphan_costs.book(session, turn.id, turn.reply_id, turn.conversation_id)


@pytest.fixture
async def stored(grip):
    """Let so many bytes be stored of the question and of the reply."""

    async def store(question: int, reply: int) -> None:
        async with user_session(grip.user_id) as session:
            written = await session.get(Message, grip.reply_id)
            asked = Message(
                user_id=grip.user_id,
                conversation_id=written.conversation_id,
                role="user",
                status="done",
                content=b"x" * question,
            )
            session.add(asked)
            await session.flush()
            written.parent_id, written.content = asked.id, b"x" * reply

    return store


async def booked(db, grip):
    return await rows(db, "select * from usage_logs where turn_id = $1", grip.turn_id)


async def test_it_is_estimated_by_the_size_of_what_was_read_and_written(grip, stored, db):
    await stored(300 * BYTES_PER_TOKEN, 50 * BYTES_PER_TOKEN)
    await book(grip)
    (row,) = await booked(db, grip)
    assert (row["input_tokens"], row["output_tokens"], row["estimated"]) == (300, 50, True)
    assert (row["user_id"], row["model"]) == (grip.user_id, DEFAULTS["anthropic"])


async def test_no_more_is_counted_as_read_than_a_model_is_given(grip, stored, db):
    await stored(2 * settings().history_tokens * BYTES_PER_TOKEN, 3)
    await book(grip)
    (row,) = await booked(db, grip)
    assert row["input_tokens"] == settings().history_tokens


async def test_it_is_booked_once(grip, stored, db):
    await stored(30, 30)
    await book(grip)
    await book(grip)
    assert len(await booked(db, grip)) == 1


async def test_a_turn_of_which_nothing_is_stored_is_not_booked(grip, db):
    await book(grip)
    assert await booked(db, grip) == []
