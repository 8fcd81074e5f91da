"""The web behind the tools."""

import pytest

from assistant.agent.backends.web import Hit, Web
from assistant.connectors.internet import Internet
from assistant.connectors.network import Reach
from assistant.connectors.searxng import Searxng
from assistant.errors import ToolError
from tests.servers.search import SmallWeb, Written


async def test_it_searches_by_its_engine_and_reads_what_may_be_reached() -> None:
    async with SmallWeb() as site:
        site.pages["/tea"] = Written("<p>Tea is good", title="Tea", excerpt="About it")
        web: Web = Internet(Reach(frozenset({"127.0.0.1"})), Searxng(site.base("searxng")))
        (hit,) = await web.search("tea", 5)
        assert hit == Hit("Tea", f"{site.url}/tea", "About it")
        assert (await web.fetch(hit.url)).text == "Tea is good"


async def test_the_engine_that_stands_inside_is_no_page_to_read() -> None:
    async with SmallWeb() as site:
        web = Internet(Reach(), Searxng(site.base("searxng")))
        assert await web.search("tea", 5) == ()
        with pytest.raises(ToolError, match="Port"):
            await web.fetch(f"{site.base('searxng')}/search?q=secret")
        assert site.visits == []


async def test_without_an_engine_it_says_so() -> None:
    with pytest.raises(ToolError, match="No search engine is set up here"):
        await Internet(Reach()).search("tea", 5)
