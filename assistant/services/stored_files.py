"""The user's files, as the tools see them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from pydantic import JsonValue

from assistant.agent.backends.files import File
from assistant.errors import NotFound, Refused, StorageAway, ToolError
from assistant.services import files
from assistant.services.file_kinds import TEXT
from assistant.services.files import New
from assistant.services.folding import folded, holds

NONE = "There is no such file. List the files for its id."
NO_TEXT = "There is no text in this file: it is a picture."


class StoredFiles:
    """One user's files; see `agent.backends.files.Files` for what is taken, given and raised."""

    def __init__(self, user_id: UUID) -> None:
        self._user_id = user_id

    async def list(self, words: str, limit: int) -> tuple[File, ...]:
        """Files whose names hold all these words, the newest first."""
        wanted = folded(words).split()
        with _told():
            kept = await files.listed(self._user_id)
        found = (each for each in kept if holds(folded(each.name), wanted))
        return tuple(_seen(each) for each in found)[:limit]

    async def find(self, file_id: str) -> File:
        """The file."""
        with _told():
            return _seen(await files.find(self._user_id, UUID(file_id)))

    async def read(self, file_id: str) -> tuple[File, str]:
        """The file and the text in it."""
        with _told():
            file, text = await files.text_of(self._user_id, UUID(file_id))
        if text is None:
            raise ToolError(NO_TEXT)
        return _seen(file), text

    async def write(
        self, name: str, text: str, replaces: str | None, *, tainted: bool, key: str
    ) -> tuple[File, JsonValue]:
        """Keep a text as a file, instead of another one where that is named."""
        with _told():
            old = UUID(replaces) if replaces else None
            content = text.encode("utf-8", "replace")
            new = New(name, TEXT, content, text, tainted=tainted, call_key=key, replaces=old)
            file = await files.keep(self._user_id, new)
        return _seen(file), {"added": str(file.id), "deleted": replaces}

    async def delete(self, file_id: str) -> tuple[File, JsonValue]:
        """Delete a file; it stays for a while, so that it can be brought back."""
        with _told():
            file = await files.remove(self._user_id, UUID(file_id))
        return _seen(file), {"added": None, "deleted": str(file.id)}

    async def restore(self, saved: JsonValue) -> File:
        """Have it as it was before a change."""
        if not isinstance(saved, dict):
            raise ToolError(NONE)
        added, deleted = saved.get("added"), saved.get("deleted")
        with _told():
            back = UUID(str(deleted)) if deleted else None
            gone = UUID(str(added)) if added else None
            return _seen(await files.restore(self._user_id, back, gone))


def _seen(file: files.File) -> File:
    return File(str(file.id), file.name, file.media, file.size, file.tainted)


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, in words for the model. What is no id names nothing."""
    try:
        yield
    except (NotFound, ValueError) as error:
        raise ToolError(NONE) from error
    except (Refused, StorageAway) as error:
        raise ToolError(str(error)) from error
