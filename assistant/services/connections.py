"""The accounts that a user has connected: made, tested, listed, ended. No secret ever leaves."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from assistant.agent.acts import Effect
from assistant.agent.backends.mail import Wanted
from assistant.connectors import mcp_server, smtp
from assistant.connectors.caldav import Caldav
from assistant.connectors.imap import ImapMailbox
from assistant.connectors.mail_account import Access
from assistant.connectors.mcp_server import Offered
from assistant.database import user_session
from assistant.errors import NotFound, Refused, ToolError
from assistant.models import Connection
from assistant.services.connection_forms import BETWEEN, CaldavForm, MailForm, McpForm, filled
from assistant.services.internet_access import reach
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.vault import Tampered, Vault

AT_MOST = 20
FULL = f"You have connected {AT_MOST} accounts, which is the most. Disconnect one first."
NO_CALENDAR = "The server lets you in, but there is no calendar in this account."
LOST = "What was kept of this account cannot be opened. Disconnect it, and connect it anew."
LABEL, SECRET = "connections.label", "connections.secret"
REASON, TOOLS = "connections.reason", "connections.tools"
_FOR_MODELS = re.compile(r"The user can ([^.;]*) in Settings, Connections(?:; ([^.]*))?\.")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class McpTool:
    """A server's tool, and what the user says that it does."""

    offered: Offered
    effect: Effect


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection as the user sees it. reason: why it is failing, "" when it is not."""

    id: UUID
    kind: str
    label: str
    failing: bool
    reason: str
    checked_at: datetime
    tools: tuple[McpTool, ...] = ()


async def connect(user_id: UUID, kind: str, given: Mapping[str, Any]) -> None:
    """Try an account, and keep it. It takes the place of the one of its kind, if any.

    Raises Refused with what is wrong; then nothing is changed.
    """
    form = filled(kind, given)
    try:
        offered = await _tried(form)
    except ToolError as error:
        raise Refused(_for_people(error)) from error
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        await _replace(session, kind, form.label)
        row = Connection(user_id=user_id, kind=kind)
        row.label = vault.seal(LABEL, row.id, form.label)
        row.secret = vault.seal(SECRET, row.id, form.model_dump_json())
        if kind == "mcp":
            row.tools = _sealed_tools(vault, row.id, [McpTool(o, Effect.DESTROY) for o in offered])
        session.add(row)
    log.info("connected", user=str(user_id), kind=kind)


async def _tried(form: CaldavForm | MailForm | McpForm) -> tuple[Offered, ...]:
    """Use an account once, as its tools will; the tools of a server. Raises ToolError."""
    if isinstance(form, McpForm):
        return await mcp_server.offered(form.server, reach())
    if isinstance(form, CaldavForm):
        if not await Caldav(form.account, reach()).calendars():
            raise ToolError(NO_CALENDAR)
        return ()
    access = Access(form.account, reach())
    await ImapMailbox(access).search(Wanted(most=1))
    await smtp.check(access)
    return ()


def _for_people(error: ToolError) -> str:
    """The sentence without what is meant for a model: the user is where it would send them."""
    said = _FOR_MODELS.sub(lambda found: f"{found[2]}." if found[2] else "", str(error))
    return " ".join(said.split())


async def _replace(session: AsyncSession, kind: str, label: str) -> None:
    """Make room: there is one of each kind, and of MCP servers one of each name."""
    await session.execute(text("select 1 from profiles for no key update"))  # one after the other
    rows = (await session.scalars(select(Connection))).all()
    vault = await vault_in(session, [row.label for row in rows])
    old = [row for row in rows if row.kind == kind and _is_named(row, vault, kind, label)]
    if len(rows) - len(old) >= AT_MOST:
        raise Refused(FULL)
    for row in old:
        await session.delete(row)
    await session.flush()


def _is_named(row: Connection, vault: Vault, kind: str, label: str) -> bool:
    if kind != "mcp":
        return True
    known = opened_or(vault, LABEL, row.id, row.label, "")
    return known.partition(BETWEEN)[0] == label.partition(BETWEEN)[0]


def _sealed_tools(vault: Vault, row_id: UUID, tools: Sequence[McpTool]) -> bytes:
    kept = [{**asdict(tool.offered), "effect": tool.effect} for tool in tools]
    return vault.seal(TOOLS, row_id, json.dumps(kept))


def tools_in(row: Connection, vault: Vault) -> tuple[McpTool, ...]:
    """The tools that a row of an MCP server keeps."""
    if row.tools is None:
        return ()
    kept = json.loads(opened_or(vault, TOOLS, row.id, row.tools, "[]"))
    return tuple(
        McpTool(Offered(each["name"], each["description"], each["schema"]), Effect(each["effect"]))
        for each in kept
    )


async def rows_of(user_id: UUID) -> tuple[Sequence[Connection], Vault]:
    """A user's connections, the oldest first, and the vault that opens them."""
    async with user_session(user_id) as session:
        query = select(Connection).order_by(col(Connection.created_at), col(Connection.id))
        rows = (await session.scalars(query)).all()
        sealed = (v for row in rows for v in (row.label, row.secret, row.reason, row.tools))
        return rows, await vault_in(session, sealed)


async def listed(user_id: UUID) -> list[Connected]:
    """What the user has connected, the oldest first, without what lets us in."""
    rows, vault = await rows_of(user_id)
    return [
        Connected(
            row.id,
            row.kind,
            opened_or(vault, LABEL, row.id, row.label, UNREADABLE),
            row.status == "failing",
            opened_or(vault, REASON, row.id, row.reason, UNREADABLE) if row.reason else "",
            row.checked_at,
            tools_in(row, vault),
        )
        for row in rows
    ]


def form_in(row: Connection, vault: Vault) -> CaldavForm | MailForm | McpForm | None:
    """What the user gave when they connected this, None when it does not open."""
    try:
        return filled(row.kind, json.loads(vault.open(SECRET, row.id, row.secret)))
    except (Tampered, Refused):  # or it was kept by rules that hold no longer
        log.warning("unreadable", place=SECRET, row=str(row.id))
        return None


async def test(user_id: UUID, connection_id: UUID) -> str:
    """Try a connection anew, and note how that went: "" or why it is failing. Raises NotFound.

    Of an MCP server the list of tools is read anew; those that are known keep their effects.
    """
    rows, vault = await rows_of(user_id)
    row = next((each for each in rows if each.id == connection_id), None)
    if row is None:
        raise NotFound("connection")
    form, reason = form_in(row, vault), LOST
    offered: tuple[Offered, ...] = ()
    if form is not None:
        try:
            offered, reason = await _tried(form), ""
        except ToolError as error:
            reason = _for_people(error)
    await _note(user_id, connection_id, offered, reason)
    return reason


async def _note(
    user_id: UUID, connection_id: UUID, offered: Sequence[Offered], reason: str
) -> None:
    async with user_session(user_id) as session:
        row = await _locked(session, connection_id)
        vault = await vault_in(session, [row.tools])
        row.status, row.checked_at = "failing" if reason else "ok", func.now()  # type: ignore[assignment]
        row.reason = vault.seal(REASON, row.id, reason) if reason else None
        if row.kind == "mcp" and not reason:
            known = tools_in(row, vault)
            tools = [McpTool(each, _effect(known, each)) for each in offered]
            row.tools = _sealed_tools(vault, row.id, tools)


def _effect(known: Sequence[McpTool], tool: Offered) -> Effect:
    """What the user has said of this very tool; one that says something new of itself is new."""
    said = (each.effect for each in known if each.offered == tool)
    return next(said, Effect.DESTROY)


async def _locked(session: AsyncSession, connection_id: UUID) -> Connection:
    row = await session.get(Connection, connection_id, with_for_update=True)
    if row is None:
        raise NotFound("connection")
    return row


async def set_effect(user_id: UUID, connection_id: UUID, name: str, effect: str) -> None:
    """Say what a server's tool does, so that the gate asks accordingly.

    Raises NotFound for no such tool, and Refused for what is no effect.
    """
    if effect not in list(Effect):
        raise Refused("This is nothing that a tool can do. Nothing was changed.")
    async with user_session(user_id) as session:
        row = await _locked(session, connection_id)
        vault = await vault_in(session, [row.tools])
        tools = tools_in(row, vault)
        if all(tool.offered.name != name for tool in tools):
            raise NotFound("tool")
        changed = [
            McpTool(t.offered, Effect(effect) if t.offered.name == name else t.effect)
            for t in tools
        ]
        row.tools = _sealed_tools(vault, row.id, changed)


async def disconnect(user_id: UUID, connection_id: UUID) -> None:
    """Forget a connection and what let us in. Raises NotFound."""
    mine = delete(Connection).where(col(Connection.id) == connection_id)
    async with user_session(user_id) as session:
        if (await session.execute(mine.returning(col(Connection.id)))).first() is None:
            raise NotFound("connection")
    log.info("disconnected", user=str(user_id))
