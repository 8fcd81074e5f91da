"""Who runs this installation: a role in the database, which the app can read and never give."""

from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select

from assistant.database import migrator_session, user_connection
from assistant.errors import NotFound
from assistant.models import Operator, Profile
from assistant.services.accounts import Person, find
from assistant.services.local_names import LOCAL, subject_of


async def is_operator(user_id: UUID) -> bool:
    """Whether the user may open the operator's page."""
    async with user_connection(user_id) as connection:
        return bool(await connection.fetchval("select exists (select from operators)"))


async def called(name: str) -> UUID:
    """The user with this id, or who signs in by this name on this machine. Raises NotFound.

    Whom a provider vouches for is named by the id alone: an address there is no proof of anything.
    """
    found = _as_id(name) or await find(Person(LOCAL, LOCAL, subject_of(name.strip()), name))
    if found is None:
        raise NotFound("account")
    return found


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name.strip())
    except ValueError:
        return None


async def appoint(user_id: UUID) -> bool:
    """Let the user open the operator's page; False if they could already. Raises NotFound.

    For a command that was given the administrator's address: no role that serves can do it.
    """
    async with migrator_session() as session:
        if await session.scalar(select(Profile.id).where(Profile.user_id == user_id)) is None:
            raise NotFound("account")
        new = insert(Operator).values(id=uuid4(), user_id=user_id).on_conflict_do_nothing()
        return await session.scalar(new.returning(col(Operator.id))) is not None


async def dismiss(user_id: UUID) -> bool:
    """Take that back, at once; False if they could not. What they have looked at stays noted."""
    async with migrator_session() as session:
        gone = delete(Operator).where(col(Operator.user_id) == user_id)
        return await session.scalar(gone.returning(col(Operator.id))) is not None
