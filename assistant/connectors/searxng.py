"""Web search by a SearXNG server. Its API: https://docs.searxng.org/dev/search_api.html"""

from dataclasses import dataclass

import httpx2
from pydantic import BaseModel

from assistant.agent.backends.web import Hit
from assistant.connectors.answers import answer
from assistant.connectors.hits import hits

REFUSALS = {403: "gives no JSON: its settings must name json among search.formats"}


@dataclass(frozen=True, slots=True)
class Searxng:
    """A server that the operator runs or has chosen; it may stand inside. base: its address."""

    base: str

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """At most `limit` pages, best first. Raises ToolError."""
        request = httpx2.Request(
            "GET",
            f"{self.base.rstrip('/')}/search",
            params={"q": query, "format": "json"},
            headers={"Accept": "application/json"},
        )
        found = await answer("The SearXNG server", _Answer, request, refusals=REFUSALS)
        return hits(((row.title or "", row.url, row.content or "") for row in found.results), limit)


class _Row(BaseModel):
    url: str
    title: str | None = None
    content: str | None = None


class _Answer(BaseModel):
    results: list[_Row]
