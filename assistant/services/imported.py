"""What becomes of an archive, item by item, as its owner reads it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.services.archived import Form, NotReadable, read_as
from assistant.services.unpacking import Unpacked

HERE_ALREADY = "it is in your account already"
NAMED = 300  # of what was not imported; the rest is counted


class Skipped(NamedTuple):
    """What was not imported. item: its title or name, or the name of its file."""

    item: str
    why: str


class Left(Exception):
    """One item is not imported; the others are."""

    def __init__(self, item: str, why: str) -> None:
        super().__init__(why)
        self.item = item

    def as_skipped(self) -> Skipped:
        """For the list."""
        return Skipped(self.item, str(self))


@dataclass
class Imported:
    """How many of each kind came in.

    taken, kept: settings that came, and that are others here and stay so. instructions: what the
    archive wants every answer to heed, where there are none here: to be read by the user first.
    skipped: what was not imported, by name as long as it is not too much. unnamed: how many more.
    """

    conversations: int = 0
    files: int = 0
    notes: int = 0
    taken: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    instructions: str = ""
    skipped: list[Skipped] = field(default_factory=list)
    unnamed: int = 0

    def leave(self, left: Left) -> None:
        """Note what is not imported; whoever made the archive says how much that is."""
        if len(self.skipped) < NAMED:
            self.skipped.append(left.as_skipped())
        else:
            self.unnamed += 1


def shown_name(name: str) -> str:
    """The name of a file of an archive, without its folder and what hides in it."""
    return "".join(c for c in name.rpartition("/")[2] if c.isprintable())[:120]


def item_in(form: type[Form], found: Unpacked) -> Form:
    """What stands in a file of an archive, or in a line of it. Raises Left."""
    name = shown_name(found.name)
    if found.why:
        raise Left(name, found.why)
    try:
        return read_as(form, found.content)
    except NotReadable as error:
        raise Left(name, str(error)) from error
