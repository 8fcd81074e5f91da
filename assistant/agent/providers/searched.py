"""What vendors tell of their own searches, in the form of calls of our tools for the web."""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from assistant.agent.acts import Source
from assistant.agent.backends.web import is_address
from assistant.agent.catalog import VENDORS
from assistant.agent.types import ToolCall, ToolResult, VendorSearch

SEARCH, PAGE = "web_search", "web_fetch"
LONGEST_TITLE = 200
LONGEST_WHY = 100
MOST_PAGES = 20
NOTHING = "The vendor has not told which pages it has found."


def search_call(call_id: str, provider: str, queries: Sequence[str] = ()) -> ToolCall:
    """A search for these words, as far as they are known. engine: to whom they went."""
    asked: dict[str, JsonValue] = {"query": queries[0]} if queries else {}
    if queries[1:]:
        asked["more_queries"] = list(queries[1:])
    return ToolCall(call_id, SEARCH, asked | {"engine": VENDORS[provider].label})


def page_call(call_id: str, provider: str, url: str) -> ToolCall:
    """A page that the vendor has opened."""
    return ToolCall(call_id, PAGE, {"url": url, "engine": VENDORS[provider].label})


def found(call: ToolCall, pages: Iterable[tuple[str, str]], seconds: float) -> VendorSearch:
    """A search that is over. pages: title and address of each; those that can be opened count."""
    sources: dict[str, Source] = {}
    for title, url in pages:
        if len(sources) < MOST_PAGES and is_address(url):
            words = " ".join(title.split())[:LONGEST_TITLE] or url
            sources.setdefault(url, Source(words, url))
    listed = "\n".join(
        f"{number}. {each.title}\n   {each.url}" for number, each in enumerate(sources.values(), 1)
    )
    result = ToolResult(
        call.id, call.name, listed or NOTHING, untrusted=True, sources=tuple(sources.values())
    )
    return VendorSearch(call, result, seconds)


def failed(call: ToolCall, why: str, seconds: float) -> VendorSearch:
    """A search that did not work. why: the vendor's word for it."""
    said = f"The vendor's search did not work: {why.replace('_', ' ')[:LONGEST_WHY]}."
    return VendorSearch(call, ToolResult(call.id, call.name, said, is_error=True), seconds)
