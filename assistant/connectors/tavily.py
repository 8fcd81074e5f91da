"""Web search by Tavily. Its API: https://docs.tavily.com/documentation/api-reference"""

from dataclasses import dataclass, field

import httpx2
from pydantic import BaseModel

from assistant.agent.backends.web import Hit
from assistant.connectors.answers import REFUSALS, answer
from assistant.connectors.hits import hits

BASE = "https://api.tavily.com"
PLAN_ENDS = {432: REFUSALS[402], 433: REFUSALS[402]}


@dataclass(frozen=True, slots=True)
class Tavily:
    """An account of the operator's."""

    key: str = field(repr=False)
    base: str = BASE

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """At most `limit` pages (20 at the most), best first. Raises ToolError."""
        request = httpx2.Request(
            "POST",
            f"{self.base}/search",
            json={"query": query, "max_results": limit, "search_depth": "basic"},
            headers={"Accept": "application/json", "Authorization": f"Bearer {self.key}"},
        )
        found = await answer("Tavily", _Answer, request, refusals=PLAN_ENDS)
        return hits(((row.title, row.url, row.content or "") for row in found.results), limit)


class _Row(BaseModel):
    title: str
    url: str
    content: str | None = None


class _Answer(BaseModel):
    results: list[_Row]
