"""The tools that a user has at this moment, and what stands behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from assistant.agent.acts import Tool, ToolContext
from assistant.agent.backends.files import Files
from assistant.agent.backends.notes import Notes
from assistant.agent.backends.web import Web
from assistant.agent.tools import TOOLS
from assistant.agent.tools.web import web_search
from assistant.services.connected import Opened, connected
from assistant.services.internet_access import has_engine, internet
from assistant.services.notes import StoredNotes
from assistant.services.stored_files import StoredFiles
from assistant.services.tiers import Tier, allows


@dataclass(frozen=True, slots=True)
class Toolkit:
    """tools: those that can work. backends: what they work on, by its protocol.

    timezone: the user's, an IANA name.
    """

    user_id: UUID
    timezone: str
    tools: tuple[Tool, ...]
    backends: Mapping[type, object]

    def offered(self, tier: Tier) -> tuple[Tool, ...]:
        """Those that a model is told of: what the plan has, and what can do more than fail."""
        can_search = has_engine()
        useful = (tool for tool in self.tools if tool is not web_search or can_search)
        return tuple(tool for tool in useful if allows(tier, tool))

    def tool(self, name: str) -> Tool | None:
        """The tool of this name."""
        return next((tool for tool in self.tools if tool.name == name), None)

    def context(self, key: str = "", *, tainted: bool = False) -> ToolContext:
        """What a call is told. key: the same for each try of it. tainted: others' text was read."""
        return ToolContext(
            str(self.user_id), self.timezone, key, tainted=tainted, backends=self.backends
        )


async def toolkit_of(user_id: UUID, timezone: str = "UTC") -> Toolkit:
    """The user's tools: see `toolkit_with`."""
    return toolkit_with(user_id, await connected(user_id, timezone), timezone)


def toolkit_with(user_id: UUID, known: Opened, timezone: str) -> Toolkit:
    """The tools of a user who has this connected. A tool whose backend is missing is not there."""
    backends: dict[type, object] = {
        Notes: StoredNotes(user_id),
        Files: StoredFiles(user_id),
        Web: internet(),
        **known.backends,
    }
    working = (tool for tool in TOOLS if tool.needs is None or tool.needs in backends)
    return Toolkit(user_id, timezone, (*working, *known.tools), backends)
