"""The tools of the web, on a web that a test has written."""

import pytest

from assistant.agent.acts import Effect, Intent, Source, Target, ToolContext
from assistant.agent.backends.web import Hit, Page, Web
from assistant.agent.tools.web import PART, WEB_TOOLS, web_fetch, web_search
from assistant.errors import ToolError

URL = "https://site.example/tea"


class WrittenWeb:
    """Pages by their address; a search finds those that hold all its words."""

    def __init__(self, *pages: Page) -> None:
        self.pages = {page.url: page for page in pages}

    async def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        words = query.split()
        found = (page for page in self.pages.values() if all(word in page.text for word in words))
        return tuple(Hit(page.title, page.url, page.text[:20]) for page in found)[:limit]

    async def fetch(self, url: str) -> Page:
        if url not in self.pages:
            raise ToolError("There is no such page.")
        return self.pages[url]


def context(*pages: Page) -> ToolContext:
    return ToolContext(backends={Web: WrittenWeb(*pages)})


def test_both_only_read_what_others_wrote_and_may_be_tried_again() -> None:
    assert [tool.name for tool in WEB_TOOLS] == ["web_search", "web_fetch"]
    for tool in WEB_TOOLS:
        assert (tool.effect, tool.untrusted, tool.needs) == (Effect.READ, True, Web)
        assert tool.repeatable


async def test_they_tell_what_leaves_the_building() -> None:
    assert await web_search.intent({"query": "green tea"}, ToolContext()) == Intent(
        Effect.READ, "Search the web for “green tea”", (Target("query", "green tea"),)
    )
    assert await web_fetch.intent({"url": URL, "start": 5}, ToolContext()) == Intent(
        Effect.READ, f"Open {URL}", (Target("url", URL),)
    )


async def test_a_search_lists_pages_and_offers_their_links() -> None:
    web = context(Page("Tea", URL, "tea is good"), Page("Cake", "https://c.example/", "tea, cake"))
    found = await web_search.run({"query": "tea"}, web)
    assert found.content == (
        f"1. Tea\n   {URL}\n   tea is good\n2. Cake\n   https://c.example/\n   tea, cake"
    )
    assert found.sources == (Source("Tea", URL), Source("Cake", "https://c.example/"))
    assert (await web_search.run({"query": "tea", "limit": 1}, web)).sources == found.sources[:1]


async def test_a_search_without_a_hit_says_so() -> None:
    found = await web_search.run({"query": "cats"}, context())
    assert (found.content, found.sources) == ("Nothing was found for these words.", ())


async def test_a_page_is_shown_with_title_and_address_and_is_a_source() -> None:
    shown = await web_fetch.run({"url": URL}, context(Page("Tea", URL, "It is good.")))
    assert shown.content == f"Tea\n{URL}\n\nIt is good."
    assert shown.sources == (Source("Tea", URL),)


async def test_a_long_page_is_shown_in_parts_that_make_the_whole() -> None:
    text = "".join(f"{number} " for number in range(9000))
    web, start, parts = context(Page("", URL, text)), 0, []
    while len(parts) < 10:
        shown = (await web_fetch.run({"url": URL, "start": start}, web)).content
        part, _, note = shown.removeprefix(f"{URL}\n\n").partition("\n\n[")
        parts.append(part)
        if not note:
            break
        assert (
            note
            == f"{len(text) - start - PART:,} more characters: go on with start={start + PART}.]"
        )
        start += PART
    assert "".join(parts) == text
    assert len(parts) == 3


@pytest.mark.parametrize(("text", "start"), [("", 0), ("short", 5), ("short", 999)])
async def test_where_there_is_no_text_it_says_so(text, start) -> None:
    shown = await web_fetch.run({"url": URL, "start": start}, context(Page("", URL, text)))
    assert shown.content == f"{URL}\n\n[There is no text here.]"


@pytest.mark.parametrize(
    "url",
    [
        *("http://a.example", "https://a.example:8443/b?c=d&e=f#g", "HTTPS://A.example/"),
        *(
            "https://grüße.example/ß",
            "http://[2a00::1]/",
            "http://[2a00::1]:80/x",
            "https://a/@user",
        ),
        "https://a.example/?next=https://b.example/",
    ],
)
async def test_whole_addresses_are_taken(url) -> None:
    assert (await web_fetch.intent({"url": url}, ToolContext())).targets == (Target("url", url),)


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.example", "ftp://a.example/", "file:///etc/passwd", "javascript:alert(1)"),
        *("https://", "https:///x", "https://user@a.example/", "https://a.example@b.example/"),
        *(
            "https://a.example\\@b.example/",
            "https://a.example/\\b",
            "https://a b/",
            "https://a/ b",
        ),
        *("https://a.example/\n", "https://a/\u202eb", "https://a\u200b.example/", "https://a]/"),
        *("https://a.example/\r\nHost: b", "https://a/" + "b" * 2000),
    ],
)
async def test_addresses_that_are_none_or_may_be_read_in_two_ways_are_refused(url) -> None:
    with pytest.raises(ToolError, match="The arguments do not fit: url"):
        await web_fetch.intent({"url": url}, ToolContext())


@pytest.mark.parametrize(
    "arguments",
    [
        *({}, {"query": ""}, {"query": "a" * 401}, {"query": "a", "limit": 0}),
        *({"query": "a", "limit": 11}, {"query": ["a"]}, {"query": "a", "page": 2}),
    ],
)
async def test_searches_that_do_not_fit_are_named(arguments) -> None:
    with pytest.raises(ToolError, match="The arguments do not fit"):
        await web_search.run(arguments, context())


async def test_without_a_web_they_say_so() -> None:
    with pytest.raises(ToolError, match="No web is connected"):
        await web_search.run({"query": "tea"}, ToolContext())
