"""A person's files in the app, filled from an environment."""

from typing import Any
from uuid import UUID

from assistant.services import files
from assistant.services.file_kinds import TEXT
from assistant.services.files import New


class Drive:
    """One user's files. A file that changes becomes another one, so its id tells what it says."""

    def __init__(self, user_id: UUID) -> None:
        self._user_id = user_id
        self._texts: dict[UUID, str] = {}

    async def fill(self, drive: Any) -> None:
        """The user has these files, and no others. What is there is not touched."""
        wanted = {each.filename: each.content.rstrip() for each in drive.files.values()}
        there = {file.name: file.id for file in await files.listed(self._user_id)}
        for name, file_id in there.items():
            if wanted.get(name) != self._texts.get(file_id):
                await files.remove(self._user_id, file_id)
        for name, text in wanted.items():
            if name not in there or self._texts.get(there[name]) != text:
                new = New(name, TEXT, text.encode(), text, tainted=True)  # others share them
                self._texts[(await files.keep(self._user_id, new)).id] = text

    async def names(self) -> set[str]:
        """The names of the files that there are."""
        return {file.name for file in await files.listed(self._user_id)}
