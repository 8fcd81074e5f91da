"""The web: search it, and read its pages. What comes back was written by anybody."""

from typing import Annotated

from pydantic import AfterValidator, Field

from assistant.agent.acts import Effect, Intent, Output, Source, Target, ToolContext
from assistant.agent.backends.web import LONGEST_ADDRESS, Hit, Page, Web, is_address
from assistant.agent.quoting import quoted
from assistant.agent.tool import tool

PART = 15_000  # characters of a page at a time


def _address(url: str) -> str:
    """The address, when every program reads the same host in it."""
    if not is_address(url):
        raise ValueError("must be a whole address of a page such as https://example.com/page")
    return url


Query = Annotated[str, Field(min_length=1, max_length=400)]
Limit = Annotated[int, Field(ge=1, le=10)]
Url = Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_address)]
Start = Annotated[int, Field(ge=0, le=1_000_000)]


def _searches(query: str, limit: int) -> Intent:
    del limit
    return Intent(Effect.READ, f"Search the web for {quoted(query)}", (Target("query", query),))


@tool(
    Effect.READ,
    "Searched the web",
    about="Searches the web.",
    intent=_searches,
    untrusted=True,
    needs=Web,
    repeatable=True,
)
async def web_search(query: Query, context: ToolContext, limit: Limit = 5) -> Output:
    """Search the web. Gives a numbered list of pages: title, address, excerpt.

    query: the words, at most 400 characters; they leave for the search engine.
    limit: how many pages, 1 to 10. Read a page with web_fetch before you rely on it.
    """
    hits = await context.backend(Web).search(query, limit)
    if not hits:
        return Output("Nothing was found for these words.")
    listed = "\n".join(_listed(number, hit) for number, hit in enumerate(hits, 1))
    return Output(listed, sources=tuple(Source(hit.title, hit.url) for hit in hits))


def _listed(number: int, hit: Hit) -> str:
    return "\n   ".join(filter(None, (f"{number}. {hit.title}", hit.url, hit.excerpt)))


def _fetches(url: str, start: int) -> Intent:
    del start
    return Intent(Effect.READ, f"Open {url}", (Target("url", url),))


@tool(
    Effect.READ,
    "Read a page",
    about="Reads a page of the web.",
    intent=_fetches,
    untrusted=True,
    needs=Web,
    repeatable=True,
)
async def web_fetch(url: Url, context: ToolContext, start: Start = 0) -> Output:
    """Read a page of the web as text (Markdown, links whole), 15,000 characters at a time.

    url: the whole address, with https:// or http://. start: where to go on in a long page, as
    the note at the end of its last part says. Only HTML and plain text can be read.
    """
    page = await context.backend(Web).fetch(url)
    return Output(_shown(page, start), sources=(Source(page.title or page.url, page.url),))


def _shown(page: Page, start: int) -> str:
    """A part of the page under its title and address, with a note on what is left."""
    part = page.text[start : start + PART]
    left = len(page.text) - start - len(part)
    head = "\n".join(filter(None, (page.title, page.url)))
    if not part:
        return f"{head}\n\n[There is no text here.]"
    note = f"\n\n[{left:,} more characters: go on with start={start + PART}.]" if left > 0 else ""
    return f"{head}\n\n{part}{note}"


WEB_TOOLS = (web_search, web_fetch)
