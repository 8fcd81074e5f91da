"""A whole set of rows for one user, by plain SQL: one in each table, each hanging on the last."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

MINIMAL: dict[str, dict[str, Any]] = {
    "profiles": {},
    "identities": {"issuer": "local", "subject": "{random}"},
    "login_sessions": {"expires_at": "infinity", "refresh_hash": "\\x00"},
    "sign_in_attempts": {"expires_at": "infinity", "provider": "google", "plan": "\\x00"},
    "second_factors": {"secret": "\\x00"},
    "recovery_codes": {"hash": "{random}"},
    "user_keys": {"wrapped": "\\x00", "wrapped_by": "env-1"},
    "subscriptions": {"tier": "free", "status": "active"},
    "stripe_events": {
        "event_id": "{random}",
        "type": "invoice.paid",
        "happened_at": "now",
        "status": "done",
    },
    "conversations": {},
    "messages": {"conversation_id": "{conversations}", "role": "user", "status": "done"},
    "search_signatures": {"message_id": "{messages}", "bits": "\\x00"},
    "turns": {
        "conversation_id": "{conversations}",
        "reply_id": "{messages}",
        "client_key": "{random}",
        "status": "done",
        "worker": "w",
        "fence": "1",
        "lease_until": "now",
    },
    "allowances": {"kind": "day", "starts_at": "now", "ends_at": "infinity"},
    "open_requests": {
        "turn_id": "{turns}",
        "provider": "p",
        "model": "m",
        "purpose": "answer",
    },
    "reservations": {"turn_id": "{turns}", "month_id": "{allowances}", "day_id": "{allowances}"},
    "approvals": {
        "conversation_id": "{conversations}",
        "message_id": "{messages}",
        "turn_id": "{turns}",
        "call_id": "c",
        "tool": "t",
        "effect": "send",
        "status": "pending",
        "shown": "x",
        "expires_at": "infinity",
    },
    "tool_permissions": {"tool": "t", "rule": "grant", "conversation_id": "{conversations}"},
    "notes": {},
    "seats": {"hash": "{random}", "expires_at": "infinity"},
    "operators": {},
    "operator_visits": {},
    "files": {"media": "text/plain", "size": "1", "stored": "true"},
    "audit_heads": {"seq": "0", "hash": "\\x"},
    "connections": {"kind": "mcp", "label": "\\x00", "secret": "\\x00"},
    "usage_logs": {
        "turn_id": "{turns}",
        "provider": "p",
        "model": "m",
        "purpose": "answer",
        **dict.fromkeys(
            (
                "input_tokens",
                "output_tokens",
                "cache_read_tokens",
                "cache_write_tokens",
                "thinking_tokens",
                "cost",
            ),
            "0",
        ),
        "estimated": "false",
        "digest": "\\x00",
    },
    "tool_executions": {
        "turn_id": "{turns}",
        "call_id": "c",
        "tool": "t",
        "effect": "read",
        "status": "done",
        "seconds": "0",
        "digest": "\\x00",
    },
}
NAMES = tuple(MINIMAL)
ONE_FOR_EACH_USER = {
    "profiles",
    "user_keys",
    "subscriptions",
    "second_factors",
    "audit_heads",
    "operators",
}
PARENTS = {
    ("conversations", "head_id"): "messages",
    ("conversations", "summary_through"): "messages",
    ("messages", "conversation_id"): "conversations",
    ("messages", "parent_id"): "messages",
    ("search_signatures", "message_id"): "messages",
    ("turns", "conversation_id"): "conversations",
    ("turns", "reply_id"): "messages",
    ("usage_logs", "turn_id"): "turns",
    ("tool_executions", "turn_id"): "turns",
    ("open_requests", "turn_id"): "turns",
    ("reservations", "turn_id"): "turns",
    ("reservations", "month_id"): "allowances",
    ("reservations", "day_id"): "allowances",
}


@cache
def sealed_columns() -> dict[str, list[str]]:
    """The columns of ciphertext (and of hashes) by table, as the models have them."""
    tables = {table.name: table.columns for table in SQLModel.metadata.sorted_tables}
    found = {
        name: [column.name for column in columns if isinstance(column.type, LargeBinary)]
        for name, columns in tables.items()
    }
    return {table: columns for table, columns in found.items() if columns}


@dataclass(frozen=True)
class Rows:
    """The ids of a user's rows by table."""

    user_id: UUID
    ids: dict[str, UUID] = field(default_factory=dict)


def insert(table: str, rows: Rows, **values: Any) -> tuple[str, ...]:
    """An insert of one more row of this user: the statement, then what its parameters are."""
    named = {**{n: str(i) for n, i in rows.ids.items()}, "random": uuid4().hex}
    filled = {k: v.format(**named) for k, v in MINIMAL[table].items()}
    row = {"id": uuid4(), "user_id": rows.user_id, **filled, **values}
    columns = ", ".join(row)
    # As literals, so that the database reads each in the type of its column.
    literals = ", ".join(f"'{value}'" for value in row.values())
    return (f"insert into {table} ({columns}) values ({literals})",)  # noqa: S608


async def full_set(admin: asyncpg.Connection) -> Rows:
    """A new user with one row in every table."""
    rows = Rows(uuid4())
    async with admin.transaction():
        # What the database writes by itself, it writes in the name of the user who is set.
        await admin.execute("select set_config('app.user_id', $1, true)", str(rows.user_id))
        for table in NAMES:
            rows.ids[table] = uuid4()
            await admin.execute(*insert(table, rows, id=rows.ids[table]))
    return rows
