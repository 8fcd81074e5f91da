"""The web behind the tools: one search engine, and every page that may be reached."""

from dataclasses import dataclass
from typing import Protocol

from assistant.agent.backends.web import Hit, Page
from assistant.connectors import pages
from assistant.connectors.network import Reach
from assistant.errors import ToolError

NO_ENGINE = "No search engine is set up here, so nothing was searched. Pages can be opened."


class Engine(Protocol):
    """What finds pages: `Brave`, `Tavily` or `Searxng`."""

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """At most `limit` pages, best first. Raises ToolError."""


@dataclass(frozen=True, slots=True)
class Internet:
    """Is a `Web`. reach: for pages. engine: None where the operator has set up none."""

    reach: Reach
    engine: Engine | None = None

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """At most `limit` pages for the words, best first. Raises ToolError."""
        if self.engine is None:
            raise ToolError(NO_ENGINE)
        return await self.engine.search(query, limit)

    async def fetch(self, url: str) -> Page:
        """The text of a page. Raises ToolError."""
        return await pages.fetch(url, self.reach)
