"""A mailbox in memory with one letter, and the context of a tool that reaches it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from assistant.agent.acts import ToolContext
from assistant.agent.backends.mail import Found, Letter, Mailbox, Received, Wanted
from assistant.errors import ToolError

WHEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
BOB = Received(
    id="7",
    sender="Bob <bob@example.com>",
    answer_to=("office@example.com",),
    to=("Alice@example.com", "carol@example.com"),
    cc=("dan@example.com", "office@example.com"),
    subject="Lunch",
    date=WHEN,
    text="On Friday?",
    attachments=("menu.pdf",),
    message_id="<2@example.com>",
    references=("<1@example.com>",),
    thread="t7",
)


@dataclass(slots=True)
class InMemory:
    """A mailbox without servers. It keeps to the protocol."""

    letters: dict[str, Received] = field(default_factory=lambda: {"7": BOB})
    trashed: dict[str, Received] = field(default_factory=dict)
    drafts: list[tuple[Letter, str]] = field(default_factory=list)
    sent: list[tuple[Letter, str]] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    more: str = ""

    async def address(self) -> str:
        return "alice@example.com"

    async def search(self, wanted: Wanted) -> tuple[Found, ...]:
        self.wanted.append(wanted)
        found = list(self.letters.values())[: wanted.most]
        return tuple(
            Found(each.id, each.sender, each.subject, each.date, unread=True) for each in found
        )

    async def read(self, letter_id: str) -> Received:
        if letter_id not in self.letters:
            raise ToolError("There is no such letter.")
        return self.letters[letter_id]

    async def draft(self, letter: Letter, key: str) -> str:
        self.drafts.append((letter, key))
        self.letters["d1"] = replace(BOB, id="d1", subject=letter.subject)
        return "d1"

    async def send(self, letter: Letter, key: str) -> str:
        self.sent.append((letter, key))
        return self.more

    async def trash(self, letter_id: str) -> JsonValue:
        self.trashed[letter_id] = self.letters.pop(letter_id)
        return {"id": letter_id}

    async def restore(self, saved: JsonValue) -> None:
        assert isinstance(saved, dict)
        letter_id = str(saved["id"])
        self.letters[letter_id] = self.trashed.pop(letter_id)


@pytest.fixture
def mailbox() -> InMemory:
    return InMemory()


@pytest.fixture
def context(mailbox: InMemory) -> ToolContext:
    return ToolContext("alice", "Europe/Berlin", "turn/1", backends={Mailbox: mailbox})
