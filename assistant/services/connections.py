"""The accounts that a user has connected: made, tested, listed, ended. No secret ever leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from assistant.agent.acts import Effect
from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Mailbox, Wanted
from assistant.connectors import mcp_server, smtp
from assistant.connectors.google_grant import Token, Use
from assistant.connectors.imap import ImapMailbox
from assistant.connectors.mail_account import Access
from assistant.connectors.mcp_server import Offered
from assistant.connectors.mcp_tools import name_of
from assistant.database import user_session
from assistant.errors import NotFound, Refused, ToolError
from assistant.models import Connection
from assistant.services import google_tokens, permissions
from assistant.services.connected import backends_of
from assistant.services.connection_forms import (
    BETWEEN,
    AnyForm,
    GoogleGrant,
    MailForm,
    McpForm,
    filled,
    uses_of,
)
from assistant.services.connection_rows import (
    LABEL,
    REASON,
    McpTool,
    form_in,
    locked,
    rows_of,
    sealed_form,
    sealed_tools,
    tools_in,
)
from assistant.services.connection_standing import for_people, mark
from assistant.services.features import ACTING, SERVERS
from assistant.services.google_tokens import GoogleToken
from assistant.services.internet_access import reach
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.one_by_one import hold
from assistant.services.tiers import lacking, tier_of
from assistant.vault import Vault

AT_MOST = 20
FULL = f"You have connected {AT_MOST} accounts, which is the most. Disconnect one first."
NO_CALENDAR = "The server lets you in, but there is no calendar in this account."
LOST = "What was kept of this account cannot be opened. Disconnect it, and connect it anew."
NOT_REVOKED = (
    "Google could not be told. Nothing of it is kept here; take the access back at Google, too: "
    "myaccount.google.com/connections."
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection as the user sees it. reason: why it is failing, "" when it is not.

    uses: what it serves as. idle: those of them for which a newer one serves. withheld: what it was
    to serve as, too, and was not granted.
    """

    id: UUID
    kind: str
    label: str
    failing: bool
    reason: str
    checked_at: datetime
    tools: tuple[McpTool, ...] = ()
    uses: tuple[Use, ...] = ()
    idle: tuple[Use, ...] = ()
    withheld: tuple[Use, ...] = ()


async def connect(user_id: UUID, kind: str, given: Mapping[str, Any]) -> None:
    """Try an account, and keep it. It takes the place of the one of its kind, if any.

    Raises Refused with what is wrong; then nothing is changed.
    """
    form = filled(kind, given)
    if why := (await lacking_for(user_id)).get(kind):
        raise Refused(f"{why} Nothing was connected.")
    try:
        offered = await _tried(form)
    except ToolError as error:
        raise Refused(for_people(error)) from error
    await keep(user_id, form, offered)


async def lacking_for(user_id: UUID) -> dict[str, str]:
    """Why the user may not connect some kinds now, by the kind."""
    why = lacking(await tier_of(user_id), SERVERS, "An MCP server")
    return {"mcp": why} if why else {}


async def only_read(user_id: UUID) -> str:
    """Why calendars and mail are only read for the user, "" where more is done in them."""
    tier = await tier_of(user_id)
    return lacking(tier, ACTING, "Planning and writing in it")


async def keep(
    user_id: UUID, form: AnyForm, offered: Sequence[Offered] = ()
) -> tuple[UUID, list[AnyForm]]:
    """Keep an account in the place of the one of its kind: its id, and what stood there before.

    Raises Refused when there is no room.
    """
    async with user_session(user_id) as session:
        before = await _replace(session, form, offered)
        vault = await vault_in(session)
        row = Connection(user_id=user_id, kind=form.kind)
        row.label = vault.seal(LABEL, row.id, form.label)
        row.secret = sealed_form(vault, row.id, form)
        if form.kind == "mcp":
            row.tools = sealed_tools(vault, row.id, [McpTool(o, Effect.DESTROY) for o in offered])
        session.add(row)
    log.info("connected", user=str(user_id), kind=form.kind)
    return row.id, before


async def _tried(form: AnyForm, token: Token | None = None) -> tuple[Offered, ...]:
    """Use an account once, as its tools will; the tools of a server. Raises ToolError.

    token: lets us in at Google.
    """
    if isinstance(form, McpForm):
        return await mcp_server.offered(form.server, reach())
    backends = backends_of(form, token)
    calendar = cast("Calendar | None", backends.get(Calendar))
    if calendar is not None and not await calendar.calendars():
        raise ToolError(NO_CALENDAR)
    if (mailbox := cast("Mailbox | None", backends.get(Mailbox))) is not None:
        await mailbox.address()
    if isinstance(form, MailForm):
        access = Access(form.account, reach())
        await ImapMailbox(access).search(Wanted(most=1))
        await smtp.check(access)
    return ()


async def _replace(
    session: AsyncSession, form: AnyForm, offered: Sequence[Offered]
) -> list[AnyForm]:
    """Make room: there is one of each kind, and of MCP servers one of each name.

    offered: the tools of the new one, for which grants stay if they are those of the old one.
    """
    await hold(session)
    rows = (await session.scalars(select(Connection))).all()
    sealed = [each for row in rows for each in (row.label, row.secret, row.tools)]
    vault = await vault_in(session, sealed)
    old = [row for row in rows if row.kind == form.kind and _is_named(row, vault, form)]
    if len(rows) - len(old) >= AT_MOST:
        raise Refused(FULL)
    before = [form_in(row, vault) for row in old]
    for row, was in zip(old, before, strict=True):
        is_same = isinstance(was, McpForm) and isinstance(form, McpForm) and was.url == form.url
        await _end_grants(session, row, vault, offered if is_same else ())
        await session.delete(row)
    await session.flush()
    return [each for each in before if each is not None]


async def _end_grants(
    session: AsyncSession, row: Connection, vault: Vault, offered: Sequence[Offered] = ()
) -> None:
    """End those for tools of a server that are not, or are not the same, among the offered."""
    server = opened_or(vault, LABEL, row.id, row.label, "").partition(BETWEEN)[0]
    gone = (each.offered.name for each in tools_in(row, vault) if each.offered not in offered)
    await permissions.revoke_for(session, [name_of(server, name) for name in gone])


def _is_named(row: Connection, vault: Vault, form: AnyForm) -> bool:
    if form.kind != "mcp":
        return True
    known = opened_or(vault, LABEL, row.id, row.label, "")
    return known.partition(BETWEEN)[0] == form.label.partition(BETWEEN)[0]


async def listed(user_id: UUID) -> list[Connected]:
    """What the user has connected, the oldest first, without what lets us in."""
    rows, vault = await rows_of(user_id)
    forms = {row.id: form_in(row, vault) for row in rows}
    serving = {use: at for at, form in forms.items() if form for use in uses_of(form)}
    return [_shown(row, vault, forms[row.id], serving) for row in rows]


def _shown(
    row: Connection, vault: Vault, form: AnyForm | None, serving: Mapping[Use, UUID]
) -> Connected:
    uses = uses_of(form) if form else ()
    asked = form.asked if isinstance(form, GoogleGrant) else ()
    return Connected(
        row.id,
        row.kind,
        opened_or(vault, LABEL, row.id, row.label, UNREADABLE),
        row.status == "failing",
        opened_or(vault, REASON, row.id, row.reason, UNREADABLE),
        row.checked_at,
        tools_in(row, vault),
        uses,
        tuple(use for use in uses if serving[use] != row.id),
        tuple(use for use in asked if use not in uses),
    )


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
            offered, reason = await _tried(form, GoogleToken(user_id, connection_id)), ""
        except ToolError as error:
            reason = for_people(error)
    await _note(user_id, connection_id, offered, reason)
    return reason


async def _note(
    user_id: UUID, connection_id: UUID, offered: Sequence[Offered], reason: str
) -> None:
    async with user_session(user_id) as session:
        row = await locked(session, connection_id)
        vault = await vault_in(session, [row.label, row.tools])
        mark(row, vault, reason)
        if row.kind == "mcp" and not reason:
            await _end_grants(session, row, vault, offered)
            known = tools_in(row, vault)
            tools = [McpTool(each, _effect(known, each)) for each in offered]
            row.tools = sealed_tools(vault, row.id, tools)


def _effect(known: Sequence[McpTool], tool: Offered) -> Effect:
    """What the user has said of this very tool; one that says something new of itself is new."""
    said = (each.effect for each in known if each.offered == tool)
    return next(said, Effect.DESTROY)


async def set_effect(user_id: UUID, connection_id: UUID, name: str, effect: str) -> None:
    """Say what a server's tool does, so that the gate asks accordingly.

    Raises NotFound for no such tool, and Refused for what is no effect.
    """
    if effect not in list(Effect):
        raise Refused("This is nothing that a tool can do. Nothing was changed.")
    async with user_session(user_id) as session:
        row = await locked(session, connection_id)
        vault = await vault_in(session, [row.tools])
        tools = tools_in(row, vault)
        if all(tool.offered.name != name for tool in tools):
            raise NotFound("tool")
        changed = [
            McpTool(t.offered, Effect(effect) if t.offered.name == name else t.effect)
            for t in tools
        ]
        row.tools = sealed_tools(vault, row.id, changed)


async def disconnect(user_id: UUID, connection_id: UUID) -> str:
    """Forget a connection and what let us in, and give it back where that is offered.

    Returns what is still to be said, "" when all is well. Raises NotFound.
    """
    mine = delete(Connection).where(col(Connection.id) == connection_id)
    async with user_session(user_id) as session:
        row = (await session.scalars(mine.returning(Connection))).one_or_none()
        if row is None:
            raise NotFound("connection")
        vault = await vault_in(session, [row.label, row.secret, row.tools])
        form = form_in(row, vault)
        await _end_grants(session, row, vault)
    google_tokens.forget(connection_id)
    log.info("disconnected", user=str(user_id))
    is_given_back = not isinstance(form, GoogleGrant) or await google_tokens.revoke(form)
    return "" if is_given_back else NOT_REVOKED
