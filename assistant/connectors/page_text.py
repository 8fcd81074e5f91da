"""A script for `aside`: HTML comes in, out goes JSON with the title and the text as Markdown.

Some pages of a megabyte keep the library busy for minutes, or fill gigabytes.
"""

import json
import re
import sys
from copy import deepcopy
from typing import Any

import trafilatura
from lxml import html as lxml
from lxml.etree import ParserError

ENOUGH = 200  # characters; less than that is no article, so the whole page is read
MOST_ELEMENTS = 20_000  # the library's time and memory grow with the square of their number
NO_TEXT = ("script", "style", "template", "noscript", "iframe", "object", "svg", "head")
_BLOCK = re.compile(
    r"address|article|aside|blockquote|br|d[dlt]|details|div|fieldset|fig(caption|ure)|footer|form"
    r"|h[1-6r]|header|li|main|nav|[ou]l|p|pre|section|summary|table|t[dhr]"
)
_UNSEEN = re.compile(
    r"display:none|visibility:(hidden|collapse)|opacity:0*(\.0+)?(;|!|$)"
    r"|(font-size|max-height|max-width):0*(\.0+)?[a-z%]*(;|!|$)|clip:rect\(0"
    r"|(text-indent|left|top|margin-left):-\d{3,}"
)
_BLANKS = re.compile(r"\s+")


def page_text(source: str, url: str = "") -> dict[str, str]:
    """Title and text of a page. What a reader does not see is left out, links are whole."""
    try:
        page = lxml.document_fromstring(_without_declaration(source))
    except ParserError:  # there is nothing in it
        return {"title": "", "text": ""}
    title = " ".join((page.findtext(".//title") or "").split())
    _drop_unseen(page)
    _mend_links(page, url)
    everything = _everything(deepcopy(page))
    article = _article(page)
    return {"title": title, "text": article if len(article) >= ENOUGH else everything}


def _without_declaration(source: str) -> str:
    """The library refuses text that says in which bytes it was written."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", source, count=1)


def _drop_unseen(page: Any) -> None:  # noqa: ANN401  (lxml has no types)
    for element in list(page.iter()):
        if element.getparent() is not None and _unseen(element):
            element.drop_tree()


def _unseen(element: Any) -> bool:  # noqa: ANN401
    if not isinstance(element.tag, str):
        return True  # a comment
    style = re.sub(r"\s", "", element.get("style", "")).lower()
    return (
        element.tag in NO_TEXT
        or element.get("hidden") is not None
        or element.get("aria-hidden", "").strip().lower() == "true"
        or (element.tag == "input" and element.get("type", "").lower() == "hidden")
        or bool(style and _UNSEEN.search(style))
    )


def _mend_links(page: Any, url: str) -> None:  # noqa: ANN401
    """Links get their host; those that lead to no page lose their target."""
    if url:
        page.make_links_absolute(url, resolve_base_href=False, handle_failures="ignore")
    for link in page.iter("a"):
        if not link.get("href", "").lower().startswith(("http://", "https://")):
            link.attrib.pop("href", None)


def _everything(page: Any) -> str:  # noqa: ANN401
    """All that can be read, a line for each block."""
    for element in page.iter():
        edge = "\n" if _BLOCK.fullmatch(element.tag) else ""
        element.text = edge + _BLANKS.sub(" ", element.text or "")
        element.tail = edge + _BLANKS.sub(" ", element.tail or "")
    lines = (line.strip() for line in page.text_content().splitlines())
    return "\n".join(filter(None, lines))


def _article(page: Any) -> str:  # noqa: ANN401
    """What the page is about, without its frame; "" where the library finds nothing."""
    if sum(1 for _ in page.iter()) > MOST_ELEMENTS:
        return ""
    found = trafilatura.extract(
        page, output_format="markdown", include_links=True, include_comments=False
    )
    return found or ""


if __name__ == "__main__":
    address, _, content = sys.stdin.buffer.read().decode("utf-8", "replace").partition("\n")
    sys.stdout.buffer.write(json.dumps(page_text(content, address)).encode())
