"""What must be true of a call that asked, step by step: the model beside the real one."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

# What the log says of one call, in order. An approval whose worker is gone begins again.
LIFE = re.compile(
    r"(asked( approved)?|approved( asked( approved)?)?)"
    r"( denied| expired| failed|( started)+( done| failed)?)?"
)


@dataclass(eq=False)
class Call:
    """What must be true of a call. effects: how many there are. tries: how often it was claimed."""

    id: UUID
    tool: str
    text: str
    card: dict[str, Any]
    status: str = "pending"
    old: list[str] = field(default_factory=list)  # what earlier cards stood for
    is_late: bool = False
    is_due: bool = False
    is_altered: bool = False
    grant: UUID | None = None  # which allowed it
    effects: int = 0
    tries: int = 0

    @property
    def can_be_allowed(self) -> bool:
        return self.status == "pending" and not self.is_late and not self.is_altered

    @property
    def is_under_way(self) -> bool:
        return self.status in ("approved", "executing")

    @property
    def is_taken_up(self) -> bool:
        """Whether the next worker that comes has something to do with it."""
        return self.is_due and self.is_under_way

    @property
    def is_run(self) -> bool:
        """Whether that worker calls the tool, if no grant was revoked."""
        once = self.tool == "post_once" and self.status == "executing"
        return self.is_taken_up and not self.is_altered and not once

    def allowed(self, text: str) -> None:
        self.status, self.text, self.is_due = "approved", text, self.tool == "post_again"

    def asks_after_all(self) -> None:
        self.status, self.grant, self.is_due = "pending", None, False

    def happened(self) -> None:
        self.effects = 1 if self.tool == "post_again" else self.effects + 1


@dataclass(eq=False)
class Stalled:
    """A worker that stands still, and what it does when it wakes."""

    call: Call
    where: str
    attempt: int
    wakes: asyncio.Event
    work: asyncio.Task[None]
