"""What tests of several services share."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from assistant.config import settings
from assistant.database import user_session
from assistant.models import Conversation, Message, Turn
from assistant.services import leases
from assistant.services.leases import Grip
from assistant.services.sessions import User


@pytest.fixture
async def grip(alice: User) -> Grip:
    """The hold on a turn that nothing runs."""
    async with user_session(alice.id) as session:
        conversation = Conversation(user_id=alice.id)
        session.add(conversation)
        await session.flush()
        owned = {"user_id": alice.id, "conversation_id": conversation.id, "status": "running"}
        reply = Message(role="assistant", **owned)
        session.add(reply)
        await session.flush()
        turn = Turn(
            reply_id=reply.id,
            client_key=uuid4().hex,
            worker="w",
            lease_until=leases.lease_end(),
            **owned,
        )
        session.add(turn)
    return Grip(alice.id, turn.id, reply.id, 1)


@pytest.fixture
def sold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plans cost money here, so what counts is what somebody has."""
    monkeypatch.setenv("STRIPE_SECRET_KEY", "key")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
