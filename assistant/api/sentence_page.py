"""A page with one sentence: for who has followed a link or sent a form, and cannot read JSON."""

from html import escape

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Assistant</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
{styles}
<main class="sign-in">
<div class="card">
<span class="mark" aria-hidden="true"></span>
<h1>That did not work</h1>
<p>{sentence}</p>
<a class="button primary" href="{back}">Try again</a>
</div>
</main>
</html>
"""
SHEETS = ("fonts", "look", "parts", "page", "sentence")
STYLES = "\n".join(f'<link rel="stylesheet" href="/{name}.css">' for name in SHEETS)


def reads_pages(scope: Scope) -> bool:
    """Whether a browser shows the answer in its window, and no script reads it."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def sentence_page(
    request: Request, sentence: str, status: int, headers: dict[str, str]
) -> Response:
    """The sentence, and a way on: the same address again, or the first page after a form."""
    again = f"{request.url.path}?{request.url.query}".rstrip("?")
    back = again if request.method == "GET" else "/"
    page = PAGE.format(styles=STYLES, sentence=escape(sentence), back=escape(back))
    return HTMLResponse(page, status, headers)
