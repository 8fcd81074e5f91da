"""Whose words a call is made of: the user's, those of others that tools have read, or the model's.

What others wrote may be meant to make the model act. What it can gain by that is bounded here: an
address that only they have named is known as theirs, and words that go out after theirs came in
count as sent.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from assistant.agent.acts import Origin, Target, Tool
from assistant.agent.attached import Document, Image, Summary
from assistant.agent.types import Message, Text, ToolResult, VendorSearch

_BARE = re.compile(r"[^\w\s'-]|(?<!\w)['-]|['-](?!\w)")  # what stands around words
_SCHEME = re.compile(r"^\w+://|/+$")
_PORT = re.compile(r":\d*$")
_PARTS = re.compile(r"(?:(\w+)://)?([^/?#]*)(.*)", re.DOTALL)
OUTSIDE = ("recipient", "url")  # whom words that we have not seen may have named
# What the user has connected: whoever names it, a call can reach no other.
CONNECTED = ("server", "calendar")
_PART_OF_NAME = r"\w.+%@/:?#=&~-"
_WITHIN_NAME = r"\w[!$'*^`{|}]"  # as in o'brien@example.com; elsewhere these only quote


class Page(NamedTuple):
    """An address, so that two are the same only where their host is asked for the very same.

    rest: letter by letter, because how it is written can tell something, too.
    """

    scheme: str
    host: str
    rest: str


class Provenance:
    """What was said in a conversation so far, by whom.

    words: what the user has set down elsewhere. tainted: others' text was read before, in what the
    messages no longer hold.
    """

    def __init__(
        self, messages: Iterable[Message], words: str = "", *, tainted: bool = False
    ) -> None:
        self.tainted = tainted
        self._spoken = words
        self._words = _folded(words)
        self._read = ""
        self._unseen = False
        self._links: set[Page] = set()
        for message in messages:
            self._take(message)

    def _take(self, message: Message) -> None:
        for part in message.parts:
            if isinstance(part, ToolResult):
                self.note(part)
            elif isinstance(part, VendorSearch):
                self.note_search(part)
            elif isinstance(part, Text) and message.role == "user":
                self._take_words(part)
            elif isinstance(part, Document):
                self.tainted = True
                self._read += "\n" + _folded(f"{part.name}\n{part.content}")
            elif isinstance(part, Image):
                self.tainted = True
                self._read += "\n" + _folded(part.name)
            elif isinstance(part, Summary) and part.untrusted:
                # A model has put it in its own words, so what others named may not stand as it was.
                self.tainted = self._unseen = True
                self._read += "\n" + _folded(part.text)

    def _take_words(self, said: Text) -> None:
        if said.imported:
            self.tainted = True
            self._read += "\n" + _folded(said.text)
        else:
            self._spoken += "\n" + said.text
            self._words += "\n" + _folded(said.text)

    def note_tools(self, offered: Iterable[Tool]) -> None:
        """A model reads of these tools, also what others say of theirs."""
        for tool in offered:
            if tool.foreign:
                self.tainted = True
                self._read += "\n" + _folded(f"{tool.description}\n{json.dumps(tool.schema)}")

    def note(self, result: ToolResult) -> None:
        """A tool has answered."""
        self._links.update(_page(source.url) for source in result.sources)
        if result.untrusted:
            self.tainted = True
            self._read += "\n" + _folded(result.content)

    def note_search(self, search: VendorSearch) -> None:
        """A vendor searches: its model reads pages, of which we see the addresses at most."""
        if search.result is None or search.result.untrusted:
            self.tainted = self._unseen = True
        if search.result is not None:
            self.note(search.result)

    def origin(self, target: Target) -> Origin:
        """Who has named this target: "offered" is a link that a search gave, "model" is nobody."""
        if target.kind in CONNECTED:
            return "user"
        value = _folded(target.value)
        if target.kind == "query":
            return "user" if self._says_only(value) else "model"
        if target.kind == "url":
            return self._origin_of(_page(target.value), _bare(value))
        value = _bare(value)
        if _names(self._words, value):
            return "user"
        unseen = self._unseen and target.kind in OUTSIDE
        return "untrusted" if value and (unseen or value in self._read) else "model"

    def _origin_of(self, page: Page, value: str) -> Origin:
        """Who has named a page; one of a host that others have named is theirs."""
        if _names_page(self._spoken, page):
            return "user"
        if page in self._links:
            return "offered"
        named = value in self._read or _names_host(self._read, page.host)
        return "untrusted" if value and (self._unseen or named) else "model"

    def _says_only(self, query: str) -> bool:
        """Whether a search is made of the user's own words: signs and repetitions tell, too."""
        asked = query.split()
        return len(asked) == len(set(asked)) and set(asked) <= set(
            _BARE.sub(" ", self._words).split()
        )


def _folded(text: str) -> str:
    # No casefold: to that "straße" is "strasse", which as a domain is somebody else's.
    return unicodedata.normalize("NFKC", text).lower()


def _bare(url: str) -> str:
    """An address as people write it: without its scheme and the slash at its end."""
    return _SCHEME.sub("", url.strip())


def _page(url: str) -> Page:
    scheme, host, rest = _PARTS.fullmatch(url.strip()).groups()  # type: ignore[union-attr]
    return Page((scheme or "https").lower(), host.lower(), "" if rest == "/" else rest)


def _names(text: str, value: str) -> bool:
    """Whether the text holds the value as a whole, not as a part of a longer name or address."""
    # To look for plain words first is a hundred times faster, and a call may name many.
    return bool(value) and value in text and _stands(rf"(?:\w+://)?{re.escape(value)}/?", text)


def _names_page(text: str, page: Page) -> bool:
    """Whether the text holds this very address; of people's "https://" one may be missing."""
    scheme = "(?i:https://)?" if page.scheme == "https" else f"(?i:{page.scheme}://)"
    rest = re.escape(page.rest) or "/?"
    if not page.host or page.rest not in text or page.host not in text.lower():
        return False
    return _stands(f"{scheme}(?i:{re.escape(page.host)}){rest}", text)


def _stands(pattern: str, text: str) -> bool:
    begins = rf"(?<![{_PART_OF_NAME}])(?<!{_WITHIN_NAME})"
    found = rf"{begins}{pattern}(?:[.,:;!?](?!\S))?(?![{_PART_OF_NAME}])"
    return re.search(found, text) is not None


def _names_host(text: str, host: str) -> bool:
    host = _PORT.sub("", host)
    found = rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)"
    return bool(host) and host in text and re.search(found, text) is not None
