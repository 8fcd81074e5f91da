"""Web search by Brave, on a server that speaks its JSON."""

import pytest

from assistant.agent.backends.web import Hit
from assistant.connectors.brave import Brave
from assistant.errors import ToolError
from tests.servers.search import KEY, SmallWeb, Written


@pytest.fixture
async def site():
    async with SmallWeb() as serving:
        serving.pages["/tea"] = Written(title="Green tea", excerpt="How to brew <b>tea</b>")
        serving.pages["/cake"] = Written(title="Cake", excerpt="With tea")
        serving.pages["/dog"] = Written(title="Dogs", excerpt="")
        yield serving


async def test_it_finds_pages_best_first(site) -> None:
    found = await Brave(KEY, site.base("brave")).search("green tea", 5)
    assert found == (
        Hit("Green tea", f"{site.url}/tea", "How to brew tea"),
        Hit("Cake", f"{site.url}/cake", "With tea"),
    )


async def test_it_gives_no_more_than_were_asked_for_and_nothing_where_there_is_nothing(
    site,
) -> None:
    assert len(await Brave(KEY, site.base("brave")).search("tea", 1)) == 1
    assert (await Brave(KEY, site.base("brave")).search("dogs", 1))[0].excerpt == ""
    assert await Brave(KEY, site.base("brave")).search("cats", 5) == ()


async def test_the_words_arrive_as_they_were_written(site) -> None:
    words = 'what\'s 1+1 & "ü" #5 100%? site:x.example'
    await Brave(KEY, site.base("brave")).search(words, 3)
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
    with pytest.raises(ToolError, match=r"^Brave Search ") as told:
        await Brave(KEY, site.base("brave")).search("tea", 5)
    assert sentence in str(told.value)


async def test_a_bad_key_is_told_and_stands_in_no_text(site) -> None:
    engine = Brave("bad-key", site.base("brave"))
    with pytest.raises(ToolError, match="does not accept its key") as told:
        await engine.search("tea", 5)
    assert "bad-key" not in f"{told.value}{engine}"
    assert site.searches == []
