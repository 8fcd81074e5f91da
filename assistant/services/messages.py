"""The messages of a conversation's branch: written once, read in pages from the newest back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import takewhile
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Connection, Record

from assistant.agent.attached import Summary
from assistant.agent.types import Message as Said
from assistant.database import user_connection
from assistant.errors import NotFound
from assistant.services import contents, versions
from assistant.services.keys import opened_or, vault_over
from assistant.vault import Vault

PLACE, SUMMARY = "messages.content", "conversations.summary"
PAGE_AT_MOST = 100
CHARACTERS_PER_TOKEN = 3  # a cautious guess, see `agent/history.py`
UNREADABLE = contents.dump(
    contents.words("This message cannot be opened: what is stored was changed, or its key is gone.")
)

_OPEN = """
    select head_id, summary, summary_through from conversations
    where id = $1 and deleted_at is null
"""
_PARENT = "select parent_id from messages where id = $1 and conversation_id = $2"
_BRANCH = """
    with recursive branch as (
        select m.*, 1 as depth from messages m where m.id = $1
        union all
        select m.*, branch.depth + 1
        from branch cross join lateral (
            select * from messages where id = branch.parent_id and branch.depth < $2 limit 1
        ) as m
    )
    select branch.id, branch.parent_id, branch.role, branch.status, branch.content, branch.model,
           branch.error, branch.created_at, coalesce(branch.metadata ->> 'notice', '') as notice,
           turns.id::text as turn, turns.client_key as sent
    from branch left join turns on turns.reply_id = branch.id
    order by depth
"""


class Page(NamedTuple):
    """Messages as the page shows them, oldest first, and whether there are earlier ones."""

    messages: list[dict[str, Any]]
    earlier: bool


async def page(user_id: UUID, conversation_id: UUID, before: UUID | None, limit: int) -> Page:
    """One page of the branch that ends before a message, or at the newest one.

    The last message that is summarised for the model has the summary beside it; one that has other
    versions says which it is (see `versions.beside`).
    """
    async with user_connection(user_id) as connection:
        conversation = await connection.fetchrow(_OPEN, conversation_id)
        if conversation is None:
            raise NotFound
        start = conversation["head_id"]
        if before is not None:
            start = await _parent(connection, before, conversation_id)
        rows = await branch(connection, start, min(limit, PAGE_AT_MOST) + 1)
        others = await versions.beside(connection, conversation_id, rows)
        sealed = [conversation["summary"], *(row["content"] for row in rows)]
        vault = await vault_over(connection, user_id, sealed)
    kept = rows[: min(limit, PAGE_AT_MOST)]
    turns = _turns(kept)
    shown = [_shown(row, vault) | turn for row, turn in zip(kept, turns, strict=True)]
    for row, message in zip(kept, shown, strict=True):
        message |= {"versions": others[row["id"]]} if row["id"] in others else {}
        if row["id"] == conversation["summary_through"]:
            summary = summary_of(vault, conversation_id, conversation["summary"])
            message |= {"summarised": asdict(summary)} if summary else {}
    return Page(shown[::-1], earlier=len(rows) > len(kept))


def summary_of(vault: Vault, conversation_id: UUID, sealed: bytes | None) -> Summary | None:
    """The summary of a conversation; none where it does not open, as if it had never been made."""
    stored = opened_or(vault, SUMMARY, conversation_id, sealed, "")
    return Summary(**json.loads(stored)) if stored else None


def _turns(newest_first: Sequence[Record]) -> list[dict[str, str | None]]:
    """The turn of each message: a reply's own, and for the user's words the one they began.

    sent: the key that the page has made for it, by which it knows its own words again.
    """
    turns = [{"turn": row["turn"], "sent": row["sent"]} for row in newest_first]
    for at, row in enumerate(newest_first):
        if at and row["role"] == "user":
            turns[at] = turns[at - 1]
    return turns


async def _parent(connection: Connection, message_id: UUID, conversation_id: UUID) -> UUID | None:
    row = await connection.fetchrow(_PARENT, message_id, conversation_id)
    if row is None:
        raise NotFound("message")
    parent_id: UUID | None = row["parent_id"]
    return parent_id


async def branch(connection: Connection, start: UUID | None, limit: int) -> Sequence[Record]:
    """Up to so many messages of a branch, from this one back towards the root."""
    return await connection.fetch(_BRANCH, start, limit) if start is not None else []


def _shown(row: Record, vault: Vault) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "role": row["role"],
        "status": row["status"],
        "parts": contents.shown(readable(row["id"], row["content"], vault)),
        "model": row["model"],
        "error": row["error"],
        "notice": row["notice"],
        "created_at": row["created_at"].isoformat(),
    }


def opened(message_id: UUID, content: bytes | None, vault: Vault) -> list[contents.Entry]:
    """The parts of a stored message. Raises Tampered."""
    return contents.load(vault.open(PLACE, message_id, content)) if content else []


def readable(message_id: UUID, content: bytes | None, vault: Vault) -> list[contents.Entry]:
    """The parts of a stored message; of one that does not open, a part that says so."""
    if not content:
        return []
    return contents.load(opened_or(vault, PLACE, message_id, content, UNREADABLE))


def sealed(message_id: UUID, parts: list[contents.Entry], vault: Vault) -> bytes:
    """The parts, ready to be stored in this message's row."""
    return vault.seal(PLACE, message_id, contents.dump(parts))


async def history(
    connection: Connection,
    user_id: UUID,
    start: UUID | None,
    tokens: int,
    before: UUID | None = None,
) -> list[Said]:
    """The branch as a model reads it, oldest first, as much of the newest as about fits.

    tokens: the budget; the exact fitting is `agent.history.fit`'s. before: what comes up to this
    message is left out. Rows are fetched in steps, so that the price of a long conversation is that
    of what fits.
    """
    said: list[list[Said]] = []
    characters, step = 0, 64
    while start not in (None, before) and characters < tokens * CHARACTERS_PER_TOKEN:
        rows = await branch(connection, start, step)
        vault = await vault_over(connection, user_id, (row["content"] for row in rows))
        for row in takewhile(lambda row: row["id"] != before, rows):
            parts = readable(row["id"], row["content"], vault)
            characters += sum(len(p.get("text", "")) + len(p.get("result", "")) for p in parts)
            said.append(contents.history(row["role"], parts))
        is_all = not rows or any(row["id"] == before for row in rows)
        start = None if is_all else rows[-1]["parent_id"]
    return _joined(message for messages in reversed(said) for message in messages)


def _joined(said: Iterable[Said]) -> list[Said]:
    """The messages, with a reply and its continuation as one."""
    joined: list[Said] = []
    for message in said:
        if joined and joined[-1].role == message.role == "assistant":
            joined[-1] = Said("assistant", joined[-1].parts + message.parts)
        else:
            joined.append(message)
    return joined
