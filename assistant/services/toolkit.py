"""The tools that a user has at this moment, and what stands behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from assistant.agent.acts import Tool
from assistant.agent.backends.files import Files
from assistant.agent.backends.notes import Notes
from assistant.agent.backends.web import Web
from assistant.agent.tools import TOOLS
from assistant.services.connected import connected
from assistant.services.internet_access import internet
from assistant.services.notes import StoredNotes
from assistant.services.stored_files import StoredFiles


@dataclass(frozen=True, slots=True)
class Toolkit:
    """tools: those that can work. backends: what they work on, by its protocol."""

    tools: tuple[Tool, ...]
    backends: Mapping[type, object]

    def tool(self, name: str) -> Tool | None:
        """The tool of this name."""
        return next((tool for tool in self.tools if tool.name == name), None)


async def toolkit_of(user_id: UUID) -> Toolkit:
    """The user's tools. A tool whose backend is missing is not there."""
    known = await connected(user_id)
    backends: dict[type, object] = {
        Notes: StoredNotes(user_id),
        Files: StoredFiles(user_id),
        Web: internet(),
        **known.backends,
    }
    working = (tool for tool in TOOLS if tool.needs is None or tool.needs in backends)
    return Toolkit((*working, *known.tools), backends)
