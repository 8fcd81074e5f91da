"""Calls that wait, as tests make them: the demo model wants to delete a note."""

import json
from typing import Any
from uuid import UUID

from assistant.services import stored_cards
from assistant.services.notes import StoredNotes
from assistant.services.sessions import User
from tests.services.talk import ask, eventually, rows, shown


async def kept(user: User, title: str = "Milk") -> str:
    """A note of this title: its id."""
    key = f"test {title}"
    note = await StoredNotes(user.id).create(title, "Two litres", tainted=False, key=key)
    return note.id


async def asks_to_delete(user: User, *ids: str) -> list[dict[str, Any]]:
    """The cards of the calls that wait after the demo model was told to delete these notes."""
    for note_id in ids:
        state = await ask(user, f"use delete_note {json.dumps({'note_id': note_id})}")
        assert state.status == "waiting"
    return (await stored_cards.pending(user.id))[-len(ids) :]


async def titles(user: User) -> list[str]:
    """The notes that there are."""
    return [note.title for note in await StoredNotes(user.id).search("", 20)]


async def status_of(db: str, approval_id: str) -> str:
    """What has become of a call."""
    sql = "select status from approvals where id = $1"
    (row,) = await rows(db, sql, UUID(approval_id))
    return str(row["status"])


async def befell(db: str, user: User) -> list[str]:
    """What the log of calls says, in order."""
    sql = "select status from tool_executions where user_id = $1 order by created_at, id"
    return [row["status"] for row in await rows(db, sql, user.id)]


async def last_words(user: User, conversation_id: str) -> str:
    """The words of the answer that goes on behind the one that waited."""

    async def after() -> str:
        messages = await shown(user, UUID(conversation_id))
        last = messages[-1]
        over = len(messages) > 2 and last["status"] == "done"
        return last["parts"][-1].get("text", "") if over else ""

    return await eventually(after)


def part_of(card: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The call's part, in the messages that a page shows."""
    parts = [part for message in messages for part in message["parts"]]
    return next(p for p in parts if p.get("approval", {}).get("id") == card["id"])
