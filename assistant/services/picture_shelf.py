"""Pictures that were opened a moment ago: each turn of a conversation shows them again.

They lie in memory only, and whoever takes one has asked first whose file it is.
"""

from collections import OrderedDict
from uuid import UUID

from assistant.connectors.pictures import Picture

ROOM = 64_000_000  # bytes
FINDING = 1_000  # what a sentence is counted as


class Shelf:
    """The pictures by their files, or why one cannot be shown; the longest unused make room."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._kept: OrderedDict[UUID, Picture | str] = OrderedDict()
        self._taken = 0

    def get(self, file_id: UUID) -> Picture | str | None:
        """What was found in a file, None where it was not opened, or long ago."""
        if file_id in self._kept:
            self._kept.move_to_end(file_id)
        return self._kept.get(file_id)

    def put(self, file_id: UUID, found: Picture | str) -> None:
        """Keep what was found in a file, which never changes."""
        self.drop(file_id)
        self._kept[file_id] = found
        self._taken += _size(found)
        while self._taken > self._room:
            self._taken -= _size(self._kept.popitem(last=False)[1])

    def drop(self, file_id: UUID) -> None:
        """The file is gone."""
        if file_id in self._kept:
            self._taken -= _size(self._kept.pop(file_id))


def _size(found: Picture | str) -> int:
    return FINDING if isinstance(found, str) else len(found.content)
