"""Each user's data key: made with the account, opened on use."""

from collections import OrderedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from assistant.database import user_of
from assistant.models import UserKey
from assistant.vault import WRAPPED_BY, Vault, new_wrapped_key, unlock

_OPENED: OrderedDict[UUID, Vault] = OrderedDict()
_OPENED_AT_MOST = 2_000


def create_key(session: AsyncSession) -> Vault:
    """Give the session's user a data key."""
    user_id = user_of(session)
    wrapped = new_wrapped_key(user_id)
    session.add(UserKey(user_id=user_id, wrapped=wrapped, wrapped_by=WRAPPED_BY))
    return unlock(user_id, wrapped)


async def vault_in(session: AsyncSession) -> Vault:
    """The vault of the session's user."""
    user_id = user_of(session)
    if user_id not in _OPENED:
        row = (await session.scalars(select(UserKey))).one()
        _OPENED[user_id] = unlock(user_id, row.wrapped)
        if len(_OPENED) > _OPENED_AT_MOST:
            _OPENED.popitem(last=False)
    _OPENED.move_to_end(user_id)
    return _OPENED[user_id]
