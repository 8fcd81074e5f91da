"""The ways in which a user signs in: listed, added and removed by the user."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from assistant.database import user_session
from assistant.errors import NotFound, Refused, SignInFailed
from assistant.models import Identity
from assistant.services.accounts import Person, find, identity_of
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.local_names import LABEL
from assistant.services.one_by_one import hold
from assistant.services.sessions import (
    User,
    note_end,
    others_of,
    require_fresh,
    revoke_others,
    tell_end,
)

LAST = "This is your only way to sign in, so it stays. Link another one first."


@dataclass(frozen=True, slots=True)
class Linked:
    """A way to sign in. label: what its owner knows it by, such as an e-mail address."""

    id: UUID
    provider: str
    label: str
    used_at: datetime


async def link(user: User, person: Person) -> None:
    """Let the user sign in this way, too; their other sessions end.

    Raises StepUpNeeded, and SignInFailed when this identity is somebody else's.
    """
    await require_fresh(user)
    owner = await find(person)
    if owner is None:
        try:
            async with user_session(user.id) as session:
                session.add(identity_of(person, await vault_in(session)))
                ended = await note_end(session, others_of(user))
        except IntegrityError as error:  # somebody came in this way at the same moment
            raise SignInFailed("taken") from error
        await tell_end(user.id, ended)
    elif owner != user.id:
        raise SignInFailed("taken")
    else:
        await revoke_others(user)


async def listed(user_id: UUID) -> list[Linked]:
    """The user's ways to sign in, the oldest first."""
    async with user_session(user_id) as session:
        rows = (await session.scalars(select(Identity).order_by(col(Identity.created_at)))).all()
        vault = await vault_in(session, (row.label for row in rows))
    return [
        Linked(
            row.id,
            row.provider,
            opened_or(vault, LABEL, row.id, row.label, UNREADABLE),
            row.used_at,
        )
        for row in rows
    ]


async def unlink(user: User, identity_id: UUID) -> None:
    """Remove a way to sign in; the user's other sessions end.

    Raises StepUpNeeded, NotFound, and Refused for the last one.
    """
    await require_fresh(user)
    async with user_session(user.id) as session:
        await hold(session)
        theirs = (await session.scalars(select(Identity.id))).all()
        if identity_id not in theirs:
            raise NotFound("way to sign in")
        if len(theirs) == 1:
            raise Refused(LAST)
        await session.execute(delete(Identity).where(col(Identity.id) == identity_id))
        ended = await note_end(session, others_of(user))
    await tell_end(user.id, ended)
