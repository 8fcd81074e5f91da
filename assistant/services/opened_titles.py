"""Titles that a search has opened, for a few seconds: who types asks again at each letter."""

import asyncio
from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

KEPT_SECONDS = 10.0
USERS_AT_MOST = 200


class Opened(NamedTuple):
    """A title, and how it is searched."""

    title: str
    fold: str


# Of a conversation's title, what is sealed: another title, or a new key, is another value.
Cell = tuple[UUID, bytes | None]
Titles = dict[Cell, Opened]
_KEPT: OrderedDict[UUID, Titles] = OrderedDict()


def kept(user_id: UUID) -> Titles:
    """What the user's last search has opened, if it was a moment ago."""
    return _KEPT.get(user_id, {})


def keep(user_id: UUID, titles: Titles) -> None:
    """Keep these for the next search, and those of before no longer."""
    _KEPT[user_id] = titles
    _KEPT.move_to_end(user_id)
    while len(_KEPT) > USERS_AT_MOST:
        _KEPT.popitem(last=False)
    asyncio.get_running_loop().call_later(KEPT_SECONDS, _let_go, user_id, titles)


def _let_go(user_id: UUID, titles: Titles) -> None:
    if _KEPT.get(user_id) is titles:
        del _KEPT[user_id]
