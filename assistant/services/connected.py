"""What a user's connections give to the tools: a calendar, a mailbox, the tools of MCP servers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from assistant.agent.acts import Arguments, Tool
from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Mailbox
from assistant.config import settings
from assistant.connectors import mcp_server, smtp
from assistant.connectors.caldav import Caldav
from assistant.connectors.gmail import GmailMailbox
from assistant.connectors.google_calendar import GoogleCalendar
from assistant.connectors.google_grant import Token
from assistant.connectors.imap import ImapMailbox
from assistant.connectors.mail_account import Access
from assistant.connectors.mcp_server import Server
from assistant.connectors.mcp_tools import tool_of
from assistant.models import Connection
from assistant.services.connection_forms import AnyForm, CaldavForm, GoogleGrant, MailForm, McpForm
from assistant.services.connection_rows import REASON, McpTool, form_in, rows_of, tools_in
from assistant.services.connection_standing import Heeded, Standing, for_people
from assistant.services.google_tokens import GoogleToken
from assistant.services.internet_access import reach
from assistant.services.keys import UNREADABLE, opened_or
from assistant.vault import Vault


@dataclass(frozen=True, slots=True)
class Opened:
    """backends: by their protocol. tools: those that came with a connection."""

    backends: Mapping[type, object]
    tools: tuple[Tool, ...]


async def connected(user_id: UUID, timezone: str = "UTC") -> Opened:
    """What the user has connected, opened: see `opened`."""
    return opened(*await rows_of(user_id), timezone)


def opened(rows: Iterable[Connection], vault: Vault, timezone: str) -> Opened:
    """What these rows connect; one that cannot be opened is left out.

    Where several would do, the one that was connected last serves. timezone: of times in a
    calendar that name no zone.
    """
    user_id = vault.user_id
    backends: dict[type, object] = {}
    tools: list[Tool] = []
    for row in rows:
        form = form_in(row, vault)
        why = opened_or(vault, REASON, row.id, row.reason, UNREADABLE)
        standing = Standing(user_id, row.id, why)
        if isinstance(form, McpForm):
            tools += (_tool(form, each, standing) for each in tools_in(row, vault))
        elif form is not None:
            behind = backends_of(form, GoogleToken(user_id, row.id), timezone)
            unsent = _unsent(form)
            backends |= {kind: Heeded(each, standing, unsent) for kind, each in behind.items()}
    return Opened(backends, tuple(tools))


def _unsent(form: AnyForm) -> str | None:
    """What is noted where the server that sends does not let us in, None where there is but one."""
    return for_people(smtp.refused(form.account.smtp.name)) if isinstance(form, MailForm) else None


def backends_of(
    form: AnyForm, token: Token | None = None, timezone: str = "UTC"
) -> dict[type, object]:
    """What an account opens, by its protocol. token: lets us in at Google."""
    match form:
        case CaldavForm():
            return {Calendar: Caldav(form.account, reach(), timezone)}
        case MailForm():
            return {Mailbox: ImapMailbox(Access(form.account, reach()))}
        case GoogleGrant() if token:
            return _google(form, token, timezone)
        case _:
            return {}


def _google(grant: GoogleGrant, token: Token, timezone: str) -> dict[type, object]:
    calendar = GoogleCalendar(token, reach(), settings().google_calendar_url, timezone)
    mailbox = GmailMailbox(token, reach(), settings().google_mail_url)
    opened: dict[str, tuple[type, object]] = {
        "calendar": (Calendar, calendar),
        "mail": (Mailbox, mailbox),
    }
    return dict(opened[use] for use in grant.uses)


def _tool(form: McpForm, tool: McpTool, standing: Standing) -> Tool:
    call = partial(_call, form.server, standing)
    return tool_of(form.name, form.server.host, tool.offered, tool.effect, call)


async def _call(server: Server, standing: Standing, name: str, arguments: Arguments) -> str:
    return await standing.heeding(mcp_server.called(server, reach(), name, arguments))
