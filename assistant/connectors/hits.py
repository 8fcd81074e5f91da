"""What search engines have found, in one form: pages that can be opened, in plain words."""

import html
from collections.abc import Iterable

import nh3

from assistant.agent.backends.web import Hit, is_address
from assistant.connectors.plain_text import one_line

LONGEST_TITLE = 200
LONGEST_EXCERPT = 600


def hits(found: Iterable[tuple[str, str, str]], limit: int) -> tuple[Hit, ...]:
    """The first `limit` that are pages of the web, each once. found: title, address, excerpt."""
    pages: dict[str, Hit] = {}
    for title, url, excerpt in found:
        if len(pages) < limit and url not in pages and is_address(url):
            words = _words(title, LONGEST_TITLE) or url
            pages[url] = Hit(words, url, _words(excerpt, LONGEST_EXCERPT))
    return tuple(pages.values())


def _words(marked: str, most: int) -> str:
    """Engines set the words that they have found in bold."""
    return one_line(html.unescape(nh3.clean(marked, tags=set())), most)
