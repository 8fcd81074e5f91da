"""Files, notes and settings as they stand in an archive: what of them is read back."""

from typing import Annotated, Any

from pydantic import Field

from assistant.services.archived import CLEANED, Id, Label, Moment, Read, Shallow
from assistant.services.inputs import INSTRUCTIONS_CHARACTERS

NOTE_CHARACTERS = 20_000  # as a tool may write one


class Listed(Read):
    """An item of a list. id: as messages name it. origin: the id that it had where it was made.

    deleted_at: it was deleted; then it is listed for its owner alone.
    """

    id: Id
    origin: Id | None = None
    at: Moment
    deleted_at: Moment | None = None

    @property
    def came_from(self) -> str:
        """The id that it had where it was made."""
        return self.origin or self.id


class ArchivedFile(Listed):
    """A file. content: where in the archive its bytes are."""

    name: Label
    content: Label | None = None


class ArchivedNote(Listed):
    """A note."""

    changed_at: Moment
    title: Label | None = None
    text: Annotated[str, Field(max_length=NOTE_CHARACTERS), CLEANED] | None = None


class ArchivedSettings(Read):
    """What was chosen. preferences: by the names that they have in a profile."""

    name: Label = ""
    instructions: Annotated[str, Field(max_length=INSTRUCTIONS_CHARACTERS), CLEANED] = ""
    default_model: Label = ""
    preferences: Annotated[dict[str, Any], Shallow] = Field(default_factory=dict)
