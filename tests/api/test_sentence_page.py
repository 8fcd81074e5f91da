"""The page with one sentence: what it says is text, and it leads where one can ask again."""

import re
from pathlib import Path

import pytest
from starlette.requests import Request

from assistant.api.sentence_page import reads_pages, sentence_page

ASSETS = Path(__file__).parents[2] / "assets"
TOKEN = re.compile(r"(--[\w-]+): (.+);")


def request(method="GET", query=b"", accept=b"text/html,*/*"):
    scope = {"type": "http", "method": method, "path": "/x", "query_string": query}
    return Request({**scope, "headers": [(b"accept", accept), (b"host", b"localhost")]})


def test_a_browser_reads_pages_and_a_script_does_not():
    assert reads_pages(request().scope)
    assert not reads_pages(request(accept=b"*/*").scope)


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        (request(), "/x"),
        (request(query=b"a=1&b=2"), "/x?a=1&amp;b=2"),
        (request("POST"), "/"),
    ],
)
def test_what_it_says_is_text_and_leads_on(asked, back):
    answer = sentence_page(asked, "<b>No.</b>", 503, {"retry-after": "1"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert b"<p>&lt;b&gt;No.&lt;/b&gt;</p>" in answer.body
    assert f'href="{back}"'.encode() in answer.body


def test_its_sheets_exist():
    linked = re.findall(rb'href="/(\w+\.css)"', sentence_page(request(), "No.", 503, {}).body)
    assert linked
    assert all((ASSETS / name.decode()).is_file() for name in linked)


def test_in_the_dark_it_has_the_colours_of_the_other_pages():
    page = sentence_page(request(), "No.", 503, {}).body
    assert page.index(b"/look.css") < page.index(b"/sentence.css")
    dark = (ASSETS / "look.css").read_text().partition("\n.dark {")[2].partition("}")[0]
    own = (ASSETS / "sentence.css").read_text().partition("(prefers-color-scheme: dark) {")[2]
    assert TOKEN.findall(own) == TOKEN.findall(dark) != []
