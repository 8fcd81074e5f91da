"""What a user's connections give to the tools: a calendar, a mailbox, the tools of MCP servers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from assistant.agent.acts import Arguments, Tool
from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Mailbox
from assistant.connectors import mcp_server
from assistant.connectors.caldav import Caldav
from assistant.connectors.imap import ImapMailbox
from assistant.connectors.mail_account import Access
from assistant.connectors.mcp_server import Server
from assistant.connectors.mcp_tools import tool_of
from assistant.services.connection_forms import CaldavForm, MailForm, McpForm
from assistant.services.connections import McpTool, form_in, rows_of, tools_in
from assistant.services.internet_access import reach


@dataclass(frozen=True, slots=True)
class Opened:
    """backends: by their protocol. tools: those that came with a connection."""

    backends: Mapping[type, object]
    tools: tuple[Tool, ...]


async def connected(user_id: UUID, timezone: str = "UTC") -> Opened:
    """What the user has connected, opened; one that cannot be opened is left out.

    timezone: of times in a calendar that name no zone.
    """
    rows, vault = await rows_of(user_id)
    backends: dict[type, object] = {}
    tools: list[Tool] = []
    for row in rows:
        form = form_in(row, vault)
        if isinstance(form, CaldavForm):
            backends[Calendar] = Caldav(form.account, reach(), timezone)
        elif isinstance(form, MailForm):
            backends[Mailbox] = ImapMailbox(Access(form.account, reach()))
        elif isinstance(form, McpForm):
            tools += (_tool(form, each) for each in tools_in(row, vault))
    return Opened(backends, tuple(tools))


def _tool(form: McpForm, tool: McpTool) -> Tool:
    call = partial(_call, form.server)
    return tool_of(form.name, form.server.host, tool.offered, tool.effect, call)


async def _call(server: Server, name: str, arguments: Arguments) -> str:
    return await mcp_server.called(server, reach(), name, arguments)
