"""Web search by Searxng, on a server that speaks its JSON."""

import pytest

from assistant.agent.backends.web import Hit
from assistant.connectors.searxng import Searxng
from assistant.errors import ToolError
from tests.servers.search import SmallWeb, Written


@pytest.fixture
async def site():
    async with SmallWeb() as serving:
        serving.pages["/tea"] = Written(title="Green tea", excerpt="How to brew <b>tea</b>")
        serving.pages["/cake"] = Written(title="Cake", excerpt="With tea")
        serving.pages["/dog"] = Written(title="Dogs", excerpt="")
        yield serving


async def test_it_finds_pages_best_first(site) -> None:
    found = await Searxng(site.base("searxng")).search("green tea", 5)
    assert found == (
        Hit("Green tea", f"{site.url}/tea", "How to brew tea"),
        Hit("Cake", f"{site.url}/cake", "With tea"),
    )


async def test_it_gives_no_more_than_were_asked_for_and_nothing_where_there_is_nothing(
    site,
) -> None:
    assert len(await Searxng(site.base("searxng")).search("tea", 1)) == 1
    assert (await Searxng(site.base("searxng")).search("dogs", 1))[0].excerpt == ""
    assert await Searxng(site.base("searxng")).search("cats", 5) == ()


async def test_the_words_arrive_as_they_were_written(site) -> None:
    words = 'what\'s 1+1 & "ü" #5 100%? site:x.example'
    await Searxng(site.base("searxng")).search(words, 3)
    assert [search.query for search in site.searches] == [words]


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (429, '{"error": "too many"}', "takes no more for now"),
        (500, "", "is out of order now (500)"),
        (200, "<html>", "gave an answer that cannot be read"),
        (200, '{"results": 5, "web": 5}', "gave an answer that cannot be read"),
        (200, '{"results": [{"title": 1}], "web": {"results": [1]}}', "cannot be read"),
    ],
)
async def test_its_faults_are_told(site, status, body, sentence) -> None:
    site.says = status, body
    with pytest.raises(ToolError, match=r"^The SearXNG server ") as told:
        await Searxng(site.base("searxng")).search("tea", 5)
    assert sentence in str(told.value)


async def test_a_server_that_gives_no_json_is_told(site) -> None:
    site.says = 403, ""
    with pytest.raises(ToolError, match=r"must name json among search\.formats"):
        await Searxng(site.base("searxng")).search("tea", 5)


async def test_its_address_may_end_in_a_slash(site) -> None:
    assert await Searxng(site.base("searxng") + "/").search("cake", 5)
