"""A call that waits for its user: the deletion of a note."""

import json
from typing import Any
from uuid import UUID, uuid4

from assistant.services import approvals
from assistant.services.notes import StoredNotes
from assistant.services.sessions import User
from tests.services.talk import ask

TITLE = "Shopping"


async def keep_note(user: User, title: str = TITLE) -> str:
    """The user has this note; its id."""
    note = await StoredNotes(user.id).create(title, "Milk", tainted=False, key=uuid4().hex)
    return note.id


async def asked_to_delete(user: User, title: str = TITLE) -> dict[str, Any]:
    """The demo model has asked to delete a note; the card, as `approvals.pending` gives it."""
    note_id = await keep_note(user, title)
    known = {card["id"] for card in await approvals.pending(user.id)}
    state = await ask(user, f"use delete_note {json.dumps({'note_id': note_id})}")
    assert state.status == "waiting"
    (card,) = [c for c in await approvals.pending(user.id) if c["id"] not in known]
    return card


async def titles_of_notes(user: User) -> list[str]:
    """What the user's notes are called."""
    return [note.title for note in await StoredNotes(user.id).search("", 20)]


def part_of(card: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The call's part, in the messages that the page shows."""
    parts = [part for message in messages for part in message["parts"]]
    return next(p for p in parts if p.get("approval", {}).get("id") == card["id"])


def place_of(card: dict[str, Any]) -> UUID:
    """The conversation in which it was asked."""
    return UUID(card["conversation"])
