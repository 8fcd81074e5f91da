"""What is written of the user's words."""

import pytest

from assistant.database import user_connection, user_session
from assistant.models import Conversation, Message
from assistant.services import contents, questions
from assistant.services.turn_begin import one_at_a_time, place_of
from tests.services.talk import wish

FILE = {"type": "file", "id": "f", "name": "a.txt", "media": "text/plain", "size": 1, "text": "a"}


async def written(user, parts):
    async with user_connection(user.id) as connection:
        asking = await one_at_a_time(connection, user.id, wish())
        place = await place_of(asking, None, "words")
        message = await questions.write(asking, place.id, None, parts)
    async with user_session(user.id) as session:
        return await session.get(Message, message), await session.get(Conversation, place.id)


async def test_words_are_sealed_and_searchable(alice, db):
    message, talk = await written(alice, contents.words("about herons"))
    assert (message.role, message.status, message.searchable) == ("user", "done", True)
    assert b"herons" not in message.content
    assert "tainted" not in talk.details


@pytest.mark.parametrize("parts", [[FILE], [contents.words("x")[0] | {"imported": True}]])
async def test_what_others_may_have_written_is_remembered(parts, alice, db):
    _, talk = await written(alice, parts)
    assert talk.details["tainted"] is True
