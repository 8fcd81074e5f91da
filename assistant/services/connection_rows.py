"""The rows of what is connected: how they are read, opened, and changed one at a time."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.agent.acts import Effect
from assistant.connectors.mcp_server import Offered
from assistant.database import user_connection
from assistant.errors import NotFound
from assistant.models import Connection
from assistant.services.connection_forms import AnyForm, kept
from assistant.services.keys import opened_or, vault_over
from assistant.vault import Tampered, Vault

LABEL, SECRET = "connections.label", "connections.secret"
REASON, TOOLS = "connections.reason", "connections.tools"
COLUMNS = (
    "id", "user_id", "created_at", "kind", "label", "secret", "tools", "status", "reason",
    "checked_at",
)  # fmt: skip
_OF_THE_USER = "from connections order by created_at, id"
_ROWS = f"select {', '.join(COLUMNS)} {_OF_THE_USER}"
AS_ROWS = f"select row({', '.join(COLUMNS)}) {_OF_THE_USER}"  # for a part of another query

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class McpTool:
    """A server's tool, and what the user says that it does."""

    offered: Offered
    effect: Effect


async def rows_of(user_id: UUID) -> tuple[Sequence[Connection], Vault]:
    """A user's connections, the oldest first, and the vault that opens them."""
    async with user_connection(user_id) as connection:  # each prompt asks
        rows = rows_from(await connection.fetch(_ROWS))
        return rows, await vault_over(connection, user_id, sealed_in(rows))


def rows_from(found: Iterable[Iterable[Any]]) -> list[Connection]:
    """The rows that a query of COLUMNS found."""
    return [Connection(**dict(zip(COLUMNS, each, strict=True))) for each in found]


def sealed_in(rows: Iterable[Connection]) -> Iterator[bytes | None]:
    """All of them that a vault opens."""
    return (v for row in rows for v in (row.label, row.secret, row.reason, row.tools))


async def locked(session: AsyncSession, connection_id: UUID) -> Connection:
    """A connection that nobody else changes until the transaction ends. Raises NotFound."""
    row = await session.get(Connection, connection_id, with_for_update=True)
    if row is None:
        raise NotFound("connection")
    return row


def form_in(row: Connection, vault: Vault) -> AnyForm | None:
    """What lets us in, None when it does not open."""
    try:
        return kept(row.kind, vault.open(SECRET, row.id, row.secret))
    except (Tampered, ValueError):  # or it was kept by rules that hold no longer
        log.warning("unreadable", place=SECRET, row=str(row.id))
        return None


def sealed_form(vault: Vault, row_id: UUID, form: AnyForm) -> bytes:
    """What lets us in, as a row keeps it."""
    return vault.seal(SECRET, row_id, form.model_dump_json())


def tools_in(row: Connection, vault: Vault) -> tuple[McpTool, ...]:
    """The tools that a row of an MCP server keeps."""
    if row.tools is None:
        return ()
    known = json.loads(opened_or(vault, TOOLS, row.id, row.tools, "[]"))
    return tuple(
        McpTool(Offered(each["name"], each["description"], each["schema"]), Effect(each["effect"]))
        for each in known
    )


def sealed_tools(vault: Vault, row_id: UUID, tools: Sequence[McpTool]) -> bytes:
    """The tools of a server, as its row keeps them."""
    told = [{**asdict(tool.offered), "effect": tool.effect} for tool in tools]
    return vault.seal(TOOLS, row_id, json.dumps(told))
