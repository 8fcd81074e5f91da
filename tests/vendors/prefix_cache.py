"""What of a request a vendor would read from its prompt cache, as their manuals say.

Anthropic (platform.claude.com/docs/en/build-with-claude/prompt-caching) keeps what stands before a
mark, and looks for it up to 20 blocks back from each mark. OpenAI (developers.openai.com/api/docs/
guides/prompt-caching) keeps all of what it has read under the request's key, Gemini
(ai.google.dev/gemini-api/docs/caching) without one. What is shorter than `LEAST` is not kept. A
token is four bytes, and time does not pass.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.vendors.script import Figures
from tests.vendors.wire import Body

LEAST = {"anthropic": 1_024, "openai": 1_024, "google": 2_048}
LOOK_BACK = 20
MARK = "cache_control"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a request in the order in which its vendor reads it."""

    said: str
    is_marked: bool = False

    @property
    def tokens(self) -> int:
        """About how many."""
        return -(-len(self.said.encode()) // 4)


@dataclass
class PrefixCache:
    """Remembers the beginnings that it has read."""

    kept: set[tuple[str, ...]] = field(default_factory=set)

    def read(self, vendor: str, model: str, body: Body, figures: Figures) -> Figures:
        """The figures, with what is read from the cache and written to it; keeps what is new."""
        blocks = list(BLOCKS[vendor](body))
        place = (vendor, model, str(body.get("prompt_cache_key", "")))
        beginnings = [(*place, each) for each in _beginnings(blocks)]
        sizes = _sizes(blocks)
        marked = vendor == "anthropic"
        ends = [at for at, block in enumerate(blocks) if block.is_marked or not marked]
        ends = [at for at in ends if sizes[at] >= LEAST[vendor]]
        known = [at for at in _sought(ends, marked=marked) if beginnings[at] in self.kept]
        read = sizes[max(known)] if known else 0
        written = max(sizes[ends[-1]] - read, 0) if ends and marked else 0
        self.kept.update(beginnings[at] for at in ends)
        return replace(
            figures, input=sizes[-1] - read - written, cache_read=read, cache_write=written
        )


def _sought(ends: list[int], *, marked: bool) -> set[int]:
    """The blocks at whose ends something that was kept may end."""
    back = LOOK_BACK if marked else 1
    return {at for end in ends for at in range(max(0, end - back + 1), end + 1)}


def _beginnings(blocks: list[Block]) -> Iterator[str]:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(f"{len(block.said)} {block.said}".encode())
        yield digest.hexdigest()


def _sizes(blocks: list[Block]) -> list[int]:
    """The tokens up to the end of each block."""
    total = 0
    return [total := total + block.tokens for block in blocks]


def _of_anthropic(body: Body) -> Iterator[Block]:
    pieces: list[tuple[str, dict[str, Any]]] = [("tools", tool) for tool in body.get("tools", ())]
    pieces += [("system", block) for block in body.get("system", ())]
    pieces += [(m["role"], block) for m in body["messages"] for block in m["content"]]
    for at, (where, block) in enumerate(pieces):
        bare = {key: value for key, value in block.items() if key != MARK}
        is_last = at == len(pieces) - 1 and MARK in body
        yield Block(json.dumps([where, bare]), MARK in block or is_last)


def _of_openai(body: Body) -> Iterator[Block]:
    for piece in (*body.get("tools", ()), body.get("instructions"), *body["input"]):
        yield Block(json.dumps(piece))


def _of_google(body: Body) -> Iterator[Block]:
    before = (body.get("systemInstruction"), *body.get("tools", ()))
    for piece in (*before, *body["contents"]):
        yield Block(json.dumps(piece))


BLOCKS = {"anthropic": _of_anthropic, "openai": _of_openai, "google": _of_google}
