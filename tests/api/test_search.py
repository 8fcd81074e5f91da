"""Search over HTTP."""

import asyncio
import json

import pytest
from starlette.requests import ClientDisconnect
from structlog.testing import capture_logs

from assistant.api import answers, search
from assistant.config import settings
from assistant.services.sessions import revoke
from tests.api.conftest import ORIGIN
from tests.services.library import shelve

PATH = "/api/search"
NO_SEARCH = {"error": "A search has between 1 and 200 characters."}


async def found(person, q):
    return (await person.browser.post(PATH, json={"q": q})).json()


async def test_an_answer_has_what_a_page_shows_and_is_kept_by_nobody(ann):
    ids = await shelve(ann.user.id, ["Seven <b>red</b> kites"])
    answer = await ann.browser.post(PATH, json={"q": "RED kit"})
    assert answer.headers["cache-control"] == "private, no-store"
    told = answer.json()
    assert (told["titles"], told["complete"]) == ([], True)
    (hit,) = told["messages"]
    assert hit["message"] == str(ids[0])
    assert hit["pieces"] == ["Seven <b>", "red", "</b> ", "kit", "es"]
    assert (hit["role"], hit["title"], hit["archived"]) == ("user", "Talk 0", False)
    titles = (await found(ann, "talk"))["titles"]
    assert (titles[0]["conversation"], titles[0]["message"]) == (hit["conversation"], None)
    assert titles[0]["pieces"] == ["", "Talk", " 0"]


@pytest.mark.parametrize(
    "body",
    [
        *(json.dumps({"q": q}) for q in ("", "   ", "a" * 201, None, 7, ["a"], "\ud800")),
        *("", "{}", "[]", "null", "q=kites", '{"q": "kites"', '"kites"', b"\xff", b"\x00"),
        '{"q": "kites"}' + " " * search.BODY_BYTES,
    ],
    ids=lambda body: ascii(body[:20]),
)
async def test_a_search_that_is_none_is_refused_with_a_sentence(body, ann):
    answer = await ann.browser.post(PATH, content=body)
    assert (answer.status_code, answer.json()) == (422, NO_SEARCH)


async def test_a_body_without_end_is_not_waited_for(ann):
    async def endless():
        while True:
            yield b" " * 1_000

    answer = await ann.browser.post(PATH, content=endless())
    assert (answer.status_code, answer.json()) == (422, NO_SEARCH)


async def test_a_body_that_comes_slowly_is_not_waited_for(ann, monkeypatch):
    monkeypatch.setattr(answers, "BODY_SECONDS", 0.05)

    async def slow():
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    answer = await ann.browser.post(PATH, content=slow())
    assert (answer.status_code, answer.json()) == (422, {"error": answers.TOO_SLOW})


async def test_who_has_signed_out_since_the_request_began_finds_nothing(ann):
    await shelve(ann.user.id, ["Seven red kites"])

    async def parked():
        yield b'{"q": '
        await revoke(ann.user, ann.user.session_id)
        yield b'"kites"}'

    answer = await ann.browser.post(PATH, content=parked())
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})


async def test_a_browser_that_leaves_in_mid_request_is_no_fault(ann):
    async def cut():
        yield b'{"q": '
        raise ClientDisconnect

    with capture_logs() as logs:
        answer = await ann.browser.post(PATH, content=cut())
    assert answer.status_code == 400
    assert logs == []


@pytest.mark.parametrize("q", ["%", "' or 1=1 --", "\x00", "\ud7ff", "\\", "😀" * 200, '"'])
async def test_strange_words_are_words(q, ann):
    await shelve(ann.user.id, ["Seven red kites"])
    answer = await ann.browser.post(PATH, json={"q": q})
    assert (answer.status_code, answer.json()["messages"]) == (200, [])


async def test_the_longest_search_fits_however_it_is_written(ann):
    body = json.dumps({"q": "😀" * search.QUERY_CHARACTERS}, ensure_ascii=True)
    assert (await ann.browser.post(PATH, content=body)).status_code == 200


async def test_what_stands_in_the_address_is_not_searched_for(ann):
    await shelve(ann.user.id, ["Seven red kites"])
    assert (await ann.browser.post(f"{PATH}?q=kites")).json() == NO_SEARCH


async def test_nobody_finds_what_belongs_to_another(ann, ben):
    await shelve(ann.user.id, ["Seven red kites"])
    assert (await found(ben, "kites"))["messages"] == []


async def test_nobody_searches_nothing(visitor):
    answer = await visitor.post(PATH, json={"q": "kites"})
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_foreign_page_searches_nothing(origin, ann):
    ann.browser.headers.pop("origin")
    headers = {} if origin is None else {"origin": origin}
    answer = await ann.browser.post(PATH, json={"q": "kites"}, headers=headers)
    assert answer.status_code == 403
    headers = {"origin": ORIGIN}
    assert (await ann.browser.post(PATH, json={"q": "x"}, headers=headers)).status_code == 200


@pytest.mark.parametrize("database", ["here", "away", "broken"])
async def test_no_log_tells_what_was_searched_for(database, ann, monkeypatch, caplog, capfd):
    await shelve(ann.user.id, ["Seven red kites"])
    if database == "away":
        monkeypatch.setenv("DATABASE_APP_URL", "postgresql+asyncpg://u:p@127.0.0.1:1/x")
        settings.cache_clear()
    if database == "broken":
        monkeypatch.setattr(search, "_shown", lambda each: {}["none"])
    try:
        answer = await ann.browser.post(PATH, json={"q": "red kites"})
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert answer.status_code == {"here": 200, "away": 503, "broken": 500}[database]
    written = f"{capfd.readouterr()} {caplog.text}"
    assert ("request_failed" in written) is (database == "broken")
    assert "kites" not in written
