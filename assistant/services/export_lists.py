"""The lists of an export: rows of one table after the other, the oldest first, in batches."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text

from assistant.database import user_session
from assistant.services import holdings
from assistant.services.archive import Archive, Listing, iso
from assistant.services.contents import TOO_DEEP, dump, read
from assistant.services.conversation_export import Writing
from assistant.services.file_export import archive_name
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.origins import origin_of
from assistant.vault import Vault

BATCH = 100  # rows
BATCH_BYTES = 1_000_000
_BEFORE_ALL = {"at": datetime(1970, 1, 1, tzinfo=UTC), "id": UUID(int=0)}


class Row(NamedTuple):
    """A row and the vault that opens it."""

    row: Any
    vault: Vault

    def opened(self, place: str, instead: str = UNREADABLE) -> str | None:
        """The text of a sealed cell of this row. place: "table.column"."""
        sealed = getattr(self.row, place.split(".")[1])
        return opened_or(self.vault, place, self.row.id, sealed, instead) if sealed else None

    def json(self, place: str) -> Any:  # noqa: ANN401  (any JSON)
        """The value of a sealed cell that holds JSON."""
        stored = self.opened(place, dump(UNREADABLE))
        return None if stored is None else read(stored, [TOO_DEEP])


class List(NamedTuple):
    """One list. sealed: its sealed columns, whose query gives their size, and a row's item."""

    name: str
    sealed: tuple[str, ...]
    query: TextClause
    item: Callable[[Row], dict[str, Any]]


def _tool_call(each: Row) -> dict[str, Any]:
    row, asked = each.row, each.json("tool_executions.input")
    return {
        "at": iso(row.created_at),
        "message": row.reply_id and str(row.reply_id),
        "tool": row.tool,
        "effect": row.effect,
        "status": row.status,
        "rule": row.rule,
        "seconds": row.seconds,
        "input": asked[0] if isinstance(asked, list) else asked,
        "output": each.opened("tool_executions.output"),
        "undo": each.json("tool_executions.undo"),
    }


def _request(each: Row) -> dict[str, Any]:
    row = each.row
    counts = ("input", "output", "cache_read", "cache_write", "thinking")
    return {
        "at": iso(row.created_at),
        "provider": row.provider,
        "model": row.model,
        "purpose": row.purpose,
        **{f"{each}_tokens": getattr(row, f"{each}_tokens") for each in counts},
        "estimated": row.estimated,
        "cost": f"{row.cost.normalize():f}",  # 0, and not 0E-8
    }


def _approval(each: Row) -> dict[str, Any]:
    row = each.row
    return {
        "at": iso(row.created_at),
        "message": str(row.message_id),
        "tool": row.tool,
        "status": row.status,
        "decided_at": iso(row.decided_at),
        "expires_at": iso(row.expires_at),
        "arguments": each.json("approvals.arguments"),
        "shown": each.json("approvals.facts"),
    }


def _permission(each: Row) -> dict[str, Any]:
    row = each.row
    return {
        "at": iso(row.created_at),
        "tool": row.tool,
        "rule": row.rule,
        "conversation": row.conversation_id and str(row.conversation_id),
        "only_for": each.opened("tool_permissions.target"),
        "expires_at": iso(row.expires_at),
        "revoked_at": iso(row.revoked_at),
    }


def _note(each: Row) -> dict[str, Any]:
    row = each.row
    return {
        "id": str(row.id),
        "origin": origin_of(row.id, row.call_key),
        "at": iso(row.created_at),
        "changed_at": iso(row.changed_at),
        "deleted_at": iso(row.deleted_at),
        "title": each.opened("notes.title"),
        "text": each.opened("notes.content"),
    }


def _file(each: Row) -> dict[str, Any]:
    row, name = each.row, each.opened("files.name") or UNREADABLE
    return {
        "id": str(row.id),
        "origin": origin_of(row.id, row.call_key),
        "at": iso(row.created_at),
        "deleted_at": iso(row.deleted_at),
        "name": name,
        "media": row.media,
        "size": row.size,
        "content": None if row.deleted_at else archive_name(row.id, name),
        "text": each.opened("files.text"),
    }


def _connection(each: Row) -> dict[str, Any]:
    row = each.row
    return {
        "at": iso(row.created_at),
        "kind": row.kind,
        "account": each.opened("connections.label"),
        "status": row.status,
        "reason": each.opened("connections.reason"),
        "checked_at": iso(row.checked_at),
        "tools": each.json("connections.tools"),
    }


def _seat(each: Row) -> dict[str, Any]:
    row = each.row
    return {
        "at": iso(row.created_at),
        "for": each.opened("seats.label"),
        "expires_at": iso(row.expires_at),
        "taken_at": iso(row.taken_at),
    }


def _all_of(table: str) -> TextClause:
    return text(f"""
        select * from {table} where (created_at, id) > (:at, :id)
        order by created_at, id limit :limit
    """)  # noqa: S608  (our own names)


_TOOL_LOG = text("""
    select t.*, turns.reply_id
    from (
        select *, sum(size) over (order by created_at, id) - size as before from (
            select id, created_at, turn_id, tool, effect, status, rule, seconds,
                   input, output, undo,
                   coalesce(octet_length(input), 0) + coalesce(octet_length(output), 0)
                   + coalesce(octet_length(undo), 0) as size
            from tool_executions
            where (created_at, id) > (:at, :id) order by created_at, id limit :limit
        ) found
    ) t left join turns on turns.id = t.turn_id
    where before < :bytes order by t.created_at, t.id
""")

_FILES = text("""
    select * from (
        select *, sum(size_here) over (order by created_at, id) - size_here as before from (
            select *, coalesce(octet_length(text), 0) as size_here from files
            where stored and (created_at, id) > (:at, :id) order by created_at, id limit :limit
        ) found
    ) f where before < :bytes order by created_at, id
""")

LISTS = (
    List(holdings.TOOL_LOG, ("input", "output", "undo"), _TOOL_LOG, _tool_call),
    List(holdings.USAGE, (), _all_of("usage_logs"), _request),
    List(holdings.APPROVALS, ("arguments", "facts"), _all_of("approvals"), _approval),
    List(holdings.PERMISSIONS, ("target",), _all_of("tool_permissions"), _permission),
    List(holdings.NOTES, ("title", "content"), _all_of("notes"), _note),
    List(holdings.FILE_LIST, ("name", "text"), _FILES, _file),
    List(
        holdings.CONNECTIONS,
        ("label", "reason", "tools"),
        _all_of("connections"),
        _connection,
    ),
    List(holdings.SEATS, ("label",), _all_of("seats"), _seat),
)


async def write(user_id: UUID, archive: Archive, one: List) -> Writing:
    """Write a list, as many rows at a time as a batch holds."""
    behind = _BEFORE_ALL
    with archive.entry(one.name, datetime.now(UTC)) as file:
        listing = Listing(file)
        while behind:
            bounds = {"limit": BATCH, "bytes": BATCH_BYTES}
            wanted = {name: (behind | bounds)[name] for name in _parameters(one.query)}
            async with user_session(user_id) as session:
                rows = (await session.execute(one.query, wanted)).all()
                sealed = [getattr(row, column) for row in rows for column in one.sealed]
                vault = await vault_in(session, sealed)
            items = map(one.item, [Row(row, vault) for row in rows])
            await asyncio.to_thread(listing.add, items)
            behind = {"at": rows[-1].created_at, "id": rows[-1].id} if rows else {}
            yield
        listing.close()


def _parameters(query: TextClause) -> tuple[str, ...]:
    return tuple(query.compile().params)
