"""What tests of several services share."""

from collections.abc import Callable
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import func

from assistant.database import user_session
from assistant.models import Conversation, Message, Turn
from assistant.services import leases, second_factor
from assistant.services.leases import Grip
from assistant.services.second_factor import confirm, enrol
from assistant.services.sessions import User
from tests.services.authenticator import NOON


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
            lease_until=func.now() + leases.LEASE,
            **owned,
        )
        session.add(turn)
    return Grip(alice.id, turn.id, reply.id, 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A clock that stands; `clock(steps)` moves it to that many time steps from noon."""

    def move(steps: int) -> None:
        monkeypatch.setattr(second_factor, "_now", lambda: NOON + 30 * steps)

    move(0)
    return move


@pytest.fixture
async def totp(alice: User, clock: Callable[[int], None]) -> pyotp.TOTP:
    """Alice's authenticator; she has confirmed it two steps before noon."""
    authenticator = pyotp.TOTP((await enrol(alice)).secret)
    clock(-2)
    authenticator.recovery_codes = await confirm(alice, authenticator.at(NOON - 60))
    clock(0)
    return authenticator
