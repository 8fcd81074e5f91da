"""Pages of the web, read: fetched within bounds, and cleaned to what a reader would see."""

import asyncio
import json
from pathlib import Path

import httpx2

from assistant.agent.backends.web import Page, is_address
from assistant.connectors.aside import Failed, aside
from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.charset import decoded
from assistant.connectors.network import Reach, client, plainly
from assistant.connectors.plain_text import one_line, plain
from assistant.errors import ToolError

SECONDS = 15
MOST_BYTES = 5 * MEGABYTE
LONGEST = 200_000
LONGEST_TITLE = 300
CLEANER = Path(__file__).with_name("page_text.py")
CLEANING_SECONDS = 5
CLEANING_MEMORY = 1024 * MEGABYTE
ACCEPT = {"Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5"}
HTML = ("text/html", "application/xhtml+xml", "")
BINARY = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"\x7fELF")
SNIFFED = 1024
NO_ADDRESS = "This is no whole address of a page such as https://example.com/page."

_cleaners = asyncio.Semaphore(2)  # each may take a whole processor


async def fetch(url: str, reach: Reach) -> Page:
    """The page at an address, as text. Raises ToolError for whatever is not one."""
    address = _address(url)
    who = f"The page at {address.host}"
    with plainly(who):
        async with (
            client(reach, seconds=SECONDS, most_bytes=MOST_BYTES) as http,
            http.stream("GET", address, headers=ACCEPT, follow_redirects=True) as response,
        ):
            _refuse_what_is_no_page(response, who)
            body = await response.aread()
    if not _is_text(body):
        raise ToolError(f"{who} is no text, although it says so, and only text can be read.")
    text = decoded(body, response.headers.get("content-type", ""))
    if _kind(response) not in HTML:
        return Page("", str(response.url), plain(text[:LONGEST]))
    return await _cleaned(text, str(response.url), who)


def _address(url: str) -> httpx2.URL:
    """The address without its fragment. Raises ToolError."""
    try:
        if is_address(url):
            return httpx2.URL(url).copy_with(fragment=None)
    except httpx2.InvalidURL as error:
        raise ToolError(NO_ADDRESS) from error
    raise ToolError(NO_ADDRESS)


def _refuse_what_is_no_page(response: httpx2.Response, who: str) -> None:
    if response.status_code != httpx2.codes.OK:
        said = f"{response.status_code} {httpx2.codes.get_reason_phrase(response.status_code)}"
        raise ToolError(f"{who} was not given: its server answered {said.strip()}.")
    kind = _kind(response)
    if kind not in HTML and not kind.startswith("text/") and not kind.endswith(("json", "xml")):
        named = one_line(kind, 80)
        raise ToolError(f"{who} is a file of the type {named}, and only text can be read.")


def _kind(response: httpx2.Response) -> str:
    given: str = response.headers.get("content-type", "")
    return given.partition(";")[0].strip().lower()


def _is_text(body: bytes) -> bool:
    """Whatever its server says: no picture, no archive, no program."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not body.lstrip().startswith(BINARY) and b"\0" not in body[:SNIFFED]


async def _cleaned(html: str, url: str, who: str) -> Page:
    given = f"{url}\n{html}".encode("utf-8", "replace")
    try:
        async with _cleaners:
            said = await aside(CLEANER, given, seconds=CLEANING_SECONDS, memory=CLEANING_MEMORY)
    except Failed as error:
        raise ToolError(f"{who} is built in such a way that its text cannot be read.") from error
    found = json.loads(said)
    return Page(one_line(found["title"], LONGEST_TITLE), url, plain(found["text"][:LONGEST]))
