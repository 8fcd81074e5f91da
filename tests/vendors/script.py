"""What a loopback vendor answers, as data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal["", "cut", "hang", "error", "end", "garbage"]


@dataclass(frozen=True, slots=True)
class Say:
    """Words of the answer, one piece for each event on the wire. cites: pages, by their address."""

    pieces: tuple[str, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Think:
    """Thinking, and the vendor's own seal on it (base64, as all three send it)."""

    pieces: tuple[str, ...]
    signature: str = "c2VhbGVkLXRoaW5raW5n"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call; its JSON arguments come in pieces where the vendor streams them."""

    name: str
    pieces: tuple[str, ...] = ("{}",)
    id: str = "call_1"


@dataclass(frozen=True, slots=True)
class Search:
    """A search that the vendor makes by itself. pages: title and address of what it finds.

    error: the vendor's word for what went wrong, then it finds nothing. opens: it opens this page
    instead (OpenAI does that).
    """

    query: str
    pages: tuple[tuple[str, str], ...] = (("Tea, all of it", "https://tea.example/all"),)
    error: str = ""
    opens: str = ""
    id: str = "search_1"

    @property
    def pieces(self) -> tuple[str, ...]:
        """The query as JSON, where the vendor streams it."""
        text = json.dumps({"query": self.query})
        return text[:9], text[9:]


Block = Say | Think | Call | Search


@dataclass(frozen=True, slots=True)
class Figures:
    """Tokens as our own Usage counts them; each wire writes them in its vendor's way."""

    input: int = 25
    output: int = 9
    cache_read: int = 0
    cache_write: int = 0
    thinking: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """One answer.

    stop: "" (end, or tools when there are calls), "length", "refusal", or the vendor's own word.
    pings: how many of the vendor's events that say nothing come before the first delta.
    status: other than 200 answers with `body`, or with the vendor's usual error when it is empty;
      200 with a body answers with that and no stream.
    fault: what goes wrong after so many deltas; `after` of -1 means before the headers.
      cut resets the connection, end closes it politely, hang falls silent, error is the vendor's
      own error event (or `body`), garbage is text that is no event.
    """

    blocks: tuple[Block, ...] = (Say(("Hello.",)),)
    figures: Figures = Figures()
    stop: str = ""
    first_seconds: float = 0.0
    gap_seconds: float = 0.0
    pings: int = 1
    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault = ""
    after: int = 0

    @property
    def searches(self) -> tuple[Search, ...]:
        """What the vendor searches for by itself."""
        return tuple(block for block in self.blocks if isinstance(block, Search))

    @property
    def calls(self) -> bool:
        """Whether the answer asks for tools."""
        return any(isinstance(block, Call) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says, whatever the vendor: enough to choose an answer by.

    search: the vendor may search. limit: the most pieces that may be written.
    """

    system: str
    text: str
    results: tuple[str, ...]
    search: bool = False
    limit: int = 1_000_000


Frame = tuple[bytes, bool]
"""Bytes for the wire, and whether they are a delta, which faults are counted by."""
