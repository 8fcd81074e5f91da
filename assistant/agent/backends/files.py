"""Files, as the tools see them."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class File:
    """One file. id: what later calls name it by. tainted: others may have written what it says."""

    id: str
    name: str
    media: str
    size: int
    tainted: bool


class Files(Protocol):
    """Where the user's files are. Everything raises ToolError, with a sentence for the model."""

    async def list(self, words: str, limit: int) -> tuple[File, ...]:
        """Files whose names hold all these words, the newest first."""
        ...

    async def find(self, file_id: str) -> File:
        """The file."""
        ...

    async def read(self, file_id: str) -> tuple[File, str]:
        """The file and the text in it."""
        ...

    async def write(
        self, name: str, text: str, replaces: str | None, *, tainted: bool, key: str
    ) -> tuple[File, JsonValue]:
        """Keep a text as a file, instead of another one where that is named.

        The same key again gives the same file. Returns it, and what `restore` needs.
        """
        ...

    async def delete(self, file_id: str) -> tuple[File, JsonValue]:
        """Delete a file, unless it is so. Returns it, and what `restore` needs."""
        ...

    async def restore(self, saved: JsonValue) -> File:
        """Have it as it was before a change. Returns the file that was changed."""
        ...
