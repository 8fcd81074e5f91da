"""What the user decides about a call that waits, and what follows from it at once."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from assistant.database import user_session
from assistant.errors import Busy
from assistant.models import Approval
from assistant.services import approval_run, approvals, conversations, stored_cards, turns
from assistant.services.approvals import Yes
from assistant.services.background import spawn
from assistant.services.sessions import User, require_fresh


async def waiting(user_id: UUID) -> list[dict[str, Any]]:
    """The cards of all calls that wait for the user, each with its conversation's title."""
    cards = await stored_cards.pending(user_id)
    places = {UUID(card["conversation"]) for card in cards}
    titles = await conversations.titles(user_id, places)
    return [
        card | {"title": titles[place]}
        for card in cards
        if (place := UUID(card["conversation"])) in titles
    ]


async def allow(user: User, approval_id: UUID, yes: Yes) -> None:
    """Allow a call, and run it as soon as it may be. See `approvals.approve` for what is raised.

    Raises StepUpNeeded where more than this call is to be allowed everywhere.
    """
    if yes.scope == "always":
        await require_fresh(user)
    await approvals.approve(user.id, approval_id, yes)
    spawn(_follow(user.id, approval_id))


async def refuse(user: User, approval_id: UUID, reason: str) -> None:
    """Refuse a call, or take it back, and let the answer go on. Raises NotFound and Refused."""
    await approvals.deny(user.id, approval_id, reason)
    spawn(_follow(user.id, approval_id))


async def _follow(user_id: UUID, approval_id: UUID) -> None:
    """What the reaper would do a moment later: run what is due, and go on with the turn."""
    await approval_run.carry_out(user_id, approval_id)
    query = select(Approval.turn_id).where(col(Approval.id) == approval_id)
    async with user_session(user_id) as session:
        turn_id = await session.scalar(query)
    if turn_id is not None:
        with suppress(Busy):  # the reaper tries again
            await turns.resume(user_id, turn_id)
