"""Search over HTTP."""

import pytest

from tests.services.library import shelve


async def test_an_answer_has_what_a_page_shows_and_is_kept_by_nobody(ann):
    ids = await shelve(ann.user.id, ["Seven <b>red</b> kites"])
    answer = await ann.browser.get("/api/search", params={"q": "RED kit"})
    assert answer.headers["cache-control"] == "private, no-store"
    told = answer.json()
    assert (told["titles"], told["complete"]) == ([], True)
    (hit,) = told["messages"]
    assert hit["message"] == str(ids[0])
    assert hit["pieces"] == ["Seven <b>", "red", "</b> ", "kit", "es"]
    assert (hit["role"], hit["title"], hit["archived"]) == ("user", "Talk 0", False)
    titles = (await ann.browser.get("/api/search?q=talk")).json()["titles"]
    assert (titles[0]["conversation"], titles[0]["message"]) == (hit["conversation"], None)
    assert titles[0]["pieces"] == ["", "Talk", " 0"]


@pytest.mark.parametrize("q", ["", "   ", "a" * 201, None], ids=["empty", "blank", "long", "none"])
async def test_a_search_that_is_none_is_refused_with_a_sentence(q, ann):
    answer = await ann.browser.get("/api/search", params={} if q is None else {"q": q})
    assert answer.status_code == 422
    assert answer.json() == {"error": "A search has between 1 and 200 characters."}


@pytest.mark.parametrize("q", ["%", "' or 1=1 --", "\x00", "\ud7ff", "\\", "😀" * 200, '"'])
async def test_strange_words_are_words(q, ann):
    await shelve(ann.user.id, ["Seven red kites"])
    answer = await ann.browser.get("/api/search", params={"q": q})
    assert (answer.status_code, answer.json()["messages"]) == (200, [])


async def test_half_a_symbol_in_the_address_breaks_nothing(ann):
    assert (await ann.browser.get("/api/search?q=%ed%a0%80%ff")).status_code == 200


async def test_nobody_finds_what_belongs_to_another(ann, ben):
    await shelve(ann.user.id, ["Seven red kites"])
    assert (await ben.browser.get("/api/search?q=kites")).json()["messages"] == []


async def test_nobody_searches_nothing(visitor):
    answer = await visitor.get("/api/search?q=kites")
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})
