"""Notes, as the tools see them."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Note:
    """One note. id: what later calls name it by. tainted: others may have written what it says."""

    id: str
    title: str
    text: str
    tainted: bool


class Notes(Protocol):
    """Where the user's notes are. Everything raises ToolError, with a sentence for the model."""

    async def create(self, title: str, text: str, *, tainted: bool, key: str) -> Note:
        """Keep a new note. The same key again gives the same note."""
        ...

    async def search(self, words: str, limit: int) -> list[Note]:
        """Notes that hold all these words in title or text, the newest first."""
        ...

    async def find(self, note_id: str) -> Note:
        """The note."""
        ...

    async def update(
        self, note_id: str, title: str | None, text: str | None, *, tainted: bool
    ) -> tuple[Note, JsonValue]:
        """Change a note; None leaves a part as it is. Returns it, and what `restore` needs."""
        ...

    async def delete(self, note_id: str) -> tuple[Note, JsonValue]:
        """Delete a note, unless it is so. Returns it, and what `restore` needs."""
        ...

    async def restore(self, saved: JsonValue) -> Note:
        """Bring a note back as it was before a change."""
        ...
