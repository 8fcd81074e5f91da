"""The web, as the tools see it."""

import re
from dataclasses import dataclass
from typing import Protocol

LONGEST_ADDRESS = 2000
_ADDRESS = re.compile(
    r"https?://([^\s/?#@%\\\[\]]+|\[[0-9a-f:.]+\](:\d+)?)([/?#][^\s\\]*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that a search has found. excerpt: what the search engine shows of it."""

    title: str
    url: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read. url: where it stands, after all redirects. text: without its frame."""

    title: str
    url: str
    text: str


def is_address(url: str) -> bool:
    """Whether it is a whole address of a page, in which every program reads the same host."""
    fits = len(url) <= LONGEST_ADDRESS and url.isprintable()
    return fits and _ADDRESS.fullmatch(url) is not None


class Web(Protocol):
    """A search engine, and pages."""

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """At most `limit` pages for the words, best first. Raises ToolError."""

    async def fetch(self, url: str) -> Page:
        """The text of a page. Raises ToolError."""
