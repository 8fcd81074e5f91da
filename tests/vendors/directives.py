"""Directives in a prompt's text: how a person or a browser test drives a loopback vendor.

`[[tokens=400 gap=20]]` numbered words, milliseconds apart (`first=500`: before the first,
`markdown=1`: dressed); `[[tool=calculator expression=2+2]]` a call; `[[obey=1]]` makes every call
that stands in a tool's answer, as a model without any judgement would; `[[thinking=5]]`;
`[[search="green tea"]]` a search by the vendor itself, where it may;
`[[http=529]]`; `[[cut=30]]`, `[[end=30]]`, `[[hang=10]]`, `[[error=20]]`, `[[garbage=3]]` after so
many words; `[[stop=length]]`, which it also says where the request allows no more. A vendor's
name before a colon makes it the only one that obeys: `[[anthropic:http=529]]`.
"""

import json
import re
import shlex
from dataclasses import replace
from typing import Any

from tests.vendors.script import Asked, Block, Call, Fault, Figures, Say, Script, Search, Think

DIRECTIVE = re.compile(r"\[\[(?:(anthropic|openai|google):)?((?:[^\]]|\](?!\]))+)\]\]")
FAULTS: tuple[Fault, ...] = ("cut", "end", "hang", "error", "garbage")
DEFAULT = ("**Hello.** ", "This is ", "a short answer ", "from the loopback vendor.")
TITLE_MARK, SUMMARY_MARK = "Write a title", "Write a summary"
SILENT = (TITLE_MARK, SUMMARY_MARK)
DRESS = ("\n\n## {} ", "{} ", "**{}** ", "{}.\n\n", "- {} ", "{}\n", "- `{}` ", "{}\n\n",
         "```python\n", "print('{}')\n", "{} = 1\n", "```\n\n")  # fmt: skip


def script_for(vendor: str, asked: Asked) -> Script:
    """The answer to a request that no test has scripted."""
    if asked.system.startswith(TITLE_MARK):
        return Script(blocks=(Say(_title(asked.text)),))
    if asked.system.startswith(SUMMARY_MARK):
        return Script(blocks=(Say(_summary(asked.text)),))
    options, calls = _read(vendor, asked.text)
    fault: Fault = next((fault for fault in FAULTS if fault in options), "")
    if asked.results:
        calls = _read(vendor, "\n".join(asked.results))[1] if "obey" in options else ()
    blocks = _blocks(options, calls, asked)
    written = _within(asked.limit, blocks)
    return Script(
        blocks=written,
        figures=_figures(written, asked),
        stop=options.get("stop", "") if written == blocks else "length",
        first_seconds=float(options.get("first", 0)) / 1000,
        gap_seconds=float(options.get("gap", 0)) / 1000,
        status=int(options.get("http", 200)),
        fault=fault,
        after=int(options.get(fault, 0)),
    )


def _read(vendor: str, text: str) -> tuple[dict[str, str], tuple[Call, ...]]:
    """All options that this vendor obeys, and the calls, in order."""
    options: dict[str, str] = {}
    calls: list[Call] = []
    for only, body in DIRECTIVE.findall(text):
        pairs = dict(word.split("=", 1) for word in shlex.split(body) if "=" in word)
        if only not in ("", vendor):
            continue
        if "tool" in pairs:
            calls.append(_call(len(calls), pairs.pop("tool"), pairs))
        else:
            options |= pairs
    return options, tuple(calls)


def _call(index: int, name: str, pairs: dict[str, Any]) -> Call:
    """A call whose arguments come in pieces of seven characters; `n:=5` is raw JSON."""
    arguments = {
        key.removesuffix(":"): json.loads(value) if key.endswith(":") else value
        for key, value in pairs.items()
    }
    text = json.dumps(arguments)
    pieces = tuple(text[at : at + 7] for at in range(0, len(text), 7))
    return Call(name, pieces, id=f"call_{index}")


def _blocks(options: dict[str, str], calls: tuple[Call, ...], asked: Asked) -> tuple[Block, ...]:
    thinking = _words(int(options.get("thinking", 0)))
    said: tuple[str, ...] = DEFAULT
    if asked.results:
        said = ("The tool says: ", ", ".join(asked.results))
    if "tokens" in options:
        said = _words(int(options["tokens"]), dressed="markdown" in options)
    if calls:
        said = ("Let me ", "see. ")
    search = (Search(options["search"]),) if "search" in options and asked.search else ()
    return (*((Think(thinking),) if thinking else ()), *search, Say(said), *calls)


def _within(limit: int, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """What is written of an answer before its limit; thinking counts, too."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Say | Think) and len(block.pieces) > limit:
            return (*kept, replace(block, pieces=block.pieces[:limit]))
        kept.append(block)
        limit -= len(block.pieces)
    return tuple(kept)


def _figures(blocks: tuple[Block, ...], asked: Asked) -> Figures:
    """Tokens: one for each piece that is written, and one for four characters that are read."""
    read = len(asked.system) + len(asked.text) + sum(map(len, asked.results))
    thinking = sum(len(block.pieces) for block in blocks if isinstance(block, Think))
    written = sum(len(block.pieces) for block in blocks)
    return Figures(input=1 + read // 4, output=written, thinking=thinking)


def _words(number: int, *, dressed: bool = False) -> tuple[str, ...]:
    """Words that are all different, so that a lost or doubled one shows."""
    if not dressed:
        return tuple(f"w{n:04d} " for n in range(number))
    return tuple(DRESS[n % len(DRESS)].format(f"w{n:04d}") for n in range(number))


def _title(text: str) -> tuple[str, ...]:
    """The first words that the user wrote, without directives."""
    plain = DIRECTIVE.sub("", text).split()
    return (" ".join(plain[:4]) or "A short chat",)


def _summary(text: str) -> tuple[str, ...]:
    """How much was read, and its first words; what an earlier summary holds goes on in it."""
    before = "Before that: " if "<summary_so_far>" in text else ""
    plain = re.sub(r"</?[a-z_]+>", "", DIRECTIVE.sub("", text)).split()
    return ("<summary>", f"{before}{' '.join(word[:20] for word in plain[:6])} …", "</summary>")
