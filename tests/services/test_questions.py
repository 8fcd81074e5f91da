"""What is written of the user's words."""

import pytest

from assistant.database import user_connection, user_session
from assistant.models import Conversation, Message
from assistant.services import contents
from assistant.services.questions import question_of
from assistant.services.turn_begin import begin, new_place, one_at_a_time
from tests.services.talk import wish

FILE = {"type": "file", "id": "f", "name": "a.txt", "media": "text/plain", "size": 1, "text": "a"}


async def written(user, parts):
    async with user_connection(user.id) as connection:
        asking = await one_at_a_time(connection, user.id, wish())
        place = new_place(asking, "words")
        question = question_of(asking.vault, place.id, None, parts)
        await begin(asking, place, question.id, question)
    async with user_session(user.id) as session:
        return await session.get(Message, question.id), await session.get(Conversation, place.id)


async def test_words_are_sealed_and_searchable(alice, demo):
    message, talk = await written(alice, contents.words("about herons"))
    assert (message.role, message.status, message.searchable) == ("user", "done", True)
    assert b"herons" not in message.content
    assert "tainted" not in talk.details


@pytest.mark.parametrize("parts", [[FILE], [contents.words("x")[0] | {"imported": True}]])
async def test_what_others_may_have_written_is_remembered(parts, alice, demo):
    _, talk = await written(alice, parts)
    assert talk.details["tainted"] is True
