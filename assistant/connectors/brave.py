"""Web search by Brave. Its API: https://api-dashboard.search.brave.com/app/documentation"""

from dataclasses import dataclass, field

import httpx2
from pydantic import BaseModel

from assistant.agent.backends.web import Hit
from assistant.connectors.answers import answer
from assistant.connectors.hits import hits

BASE = "https://api.search.brave.com/res/v1"
REFUSALS = {422: "does not accept its key, or these words: it takes 400 characters and 50 words"}


@dataclass(frozen=True, slots=True)
class Brave:
    """A subscription of the operator's."""

    key: str = field(repr=False)
    base: str = BASE

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """At most `limit` pages (20 at the most), best first. Raises ToolError."""
        request = httpx2.Request(
            "GET",
            f"{self.base}/web/search",
            params={"q": query, "count": limit, "text_decorations": "false"},
            headers={"Accept": "application/json", "X-Subscription-Token": self.key},
        )
        found = await answer("Brave Search", _Answer, request, refusals=REFUSALS)
        rows = found.web.results if found.web else ()
        return hits(((row.title, row.url, row.description or "") for row in rows), limit)


class _Row(BaseModel):
    title: str
    url: str
    description: str | None = None


class _Web(BaseModel):
    results: list[_Row]


class _Answer(BaseModel):
    """`web` is missing where nothing was found; `type` is what tells this from other JSON."""

    type: str
    web: _Web | None = None
