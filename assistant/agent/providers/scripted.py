"""The demo model: it answers without a key, says what it is, and can drive every tool."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from zoneinfo import available_timezones

from assistant.agent.acts import Arguments
from assistant.agent.arguments import accepted
from assistant.agent.types import (
    Message,
    MessageDone,
    ModelEvent,
    Request,
    StopReason,
    Text,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    Usage,
)

HELLO = """\
I am the built-in **demo model**: I follow a few fixed rules and cannot think. To talk with a real \
model, put a key into `.env` (`ANTHROPIC_API_KEY`, `OPENAI_API_KEY` or `GEMINI_API_KEY`) and start \
the app again.

Until then you can try:

- `calculate 12*7`
- `what time is it in Lisbon`
- `show me markdown`
- `write 300 words`
- `use <tool> {"argument": "value"}`, which asks for any tool; several lines ask for several tools
"""

MARKDOWN = """\
# Markdown of the demo model

Some **bold**, some *italic*, `code`, and [a link](https://example.com).

## A list

1. First
2. Second
   - with a detail

## A table

| Fruit | Colour | Price |
| --- | --- | ---: |
| Apple | red | 1.20 |
| Plum | blue | 0.80 |

## Code

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"
```

> And a quotation to end with.
"""

FILLER = """\
the demo model writes calm and even words so that you can watch a long answer arrive scroll while \
it grows stop it in the middle and see that nothing of it is lost"""
PARAGRAPH_WORDS = 60
MOST_WORDS = 20_000
TITLE_WORDS, SUMMARY_WORDS = 6, 60
CHARACTERS_PER_TOKEN = 4

DECODER = json.JSONDecoder()

Answer = str | tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Scripted:
    """The model that is used when no key is set. The same request gets the same answer.

    seconds_per_word: the pace; 0 writes as fast as it is read.
    """

    seconds_per_word: float = 0.03
    name: str = "scripted"
    model: str = "scripted"

    async def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """See `Provider.stream`. A word counts as a token; usage is an estimate."""
        request.sent.left = True
        answer = _answer(request)
        words = list(_events(answer))
        for event in words[: request.max_output_tokens]:
            await asyncio.sleep(self.seconds_per_word)
            yield event
        yield self._done(request, answer, words)

    def _done(self, request: Request, answer: Answer, words: list[ModelEvent]) -> MessageDone:
        written = words[: request.max_output_tokens]
        read = len(request.system) + sum(len(str(m.parts)) for m in request.messages)
        usage = Usage(
            self.name, self.model, read // CHARACTERS_PER_TOKEN, len(written), estimated=True
        )
        if not isinstance(answer, str):
            return MessageDone(Message("assistant", answer), usage, "tools")
        text = "".join(word.text for word in written if isinstance(word, TextDelta))
        stop: StopReason = "end" if len(written) == len(words) else "length"
        return MessageDone(Message("assistant", (Text(text),)), usage, stop)


def _events(answer: Answer) -> Iterator[ModelEvent]:
    """An answer word by word; a call in two pieces."""
    if isinstance(answer, str):
        yield from (TextDelta(word) for word in re.findall(r"\s*\S+|\s+", answer))
        return
    for call in answer:
        yield ToolCallDelta(call.id, call.name, "")
        yield ToolCallDelta(call.id, call.name, json.dumps(dict(call.arguments)))


def _answer(request: Request) -> Answer:
    """What the demo model says to the last message."""
    last = request.messages[-1]
    text = last.text.strip()
    if request.system.startswith("Write a title"):
        return " ".join(text.split()[:TITLE_WORDS])
    if request.system.startswith("Write a summary"):
        return f"<summary>It began so: {' '.join(text.split()[1:SUMMARY_WORDS])} …</summary>"
    if last.role == "tool":
        return "\n\n".join(_report(p) for p in last.parts if isinstance(p, ToolResult))
    matches = ((re.search(pattern, text), reply) for pattern, reply in RULES)
    return next((reply(request, match) for match, reply in matches if match), HELLO)


def _report(result: ToolResult) -> str:
    said = "did not work" if result.is_error else "says"
    return f"The tool `{result.name}` {said}: {result.content}"


def _use(request: Request, match: re.Match[str]) -> Answer:
    """Calls of the tools that the lines name, from the first such line on."""
    calls: list[ToolCall] = []
    for line in re.finditer(USE, match.string):
        arguments = match.string[line.end() :].lstrip()
        try:
            given, end = DECODER.raw_decode(arguments) if arguments[:1] == "{" else ({}, 0)
        except (ValueError, RecursionError) as error:
            return f"The arguments of `{line['tool']}` are not JSON: {error}."
        said = accepted(given, arguments[:end])
        calls.append(_call(request, line["tool"], said, len(calls)))
    return tuple(calls)


def _call(request: Request, tool: str, arguments: Arguments, index: int = 0) -> ToolCall:
    """A call with an id that no other call of the conversation has."""
    return ToolCall(f"demo-{len(request.messages)}-{index}", tool, arguments)


def _calculate(request: Request, match: re.Match[str]) -> Answer:
    return (_call(request, "calculator", {"expression": match["expression"]}),)


def _tell_time(request: Request, match: re.Match[str]) -> Answer:
    place = match["place"]
    return (_call(request, "current_time", {"timezone": _zone(place)} if place else {}),)


def _zone(place: str) -> str:
    """The IANA zone named after the place, or the place as it stands: the tool will say no."""
    ending = place.strip().replace(" ", "_").lower()
    zones = sorted(available_timezones())
    return next((z for z in zones if ending in (z.lower(), z.rpartition("/")[2].lower())), place)


def _markdown(_request: Request, _match: re.Match[str]) -> Answer:
    return MARKDOWN


def _write(_request: Request, match: re.Match[str]) -> Answer:
    """So many words, in paragraphs."""
    words = list(islice(cycle(FILLER.split()), min(int(match["words"]), MOST_WORDS)))
    starts = range(0, len(words), PARAGRAPH_WORDS)
    return "\n\n".join(" ".join(words[i : i + PARAGRAPH_WORDS]).capitalize() + "." for i in starts)


def _go_on(request: Request, _match: re.Match[str]) -> Answer:
    """The rest of the answer that broke off: the rules give the whole of it once more."""
    if len(request.messages) < 3:
        return HELLO
    *earlier, partial, _asked = request.messages
    whole = _answer(replace(request, messages=tuple(earlier)))
    if isinstance(whole, str) and whole.startswith(partial.text):
        return whole.removeprefix(partial.text) or "That was all."
    return "\n\nThe demo model cannot go on from here."


USE = r"(?im)^\s*use\s+(?P<tool>[a-z_]\w*)\s*(?=\{|$)"

# The first rule whose pattern is found in the message gives the answer.
RULES: tuple[tuple[str, Callable[[Request, re.Match[str]], Answer]], ...] = (
    (r"^Your answer above broke off\.", _go_on),
    (USE, _use),
    (r"(?i)\bwhat(?:'s| is)?\s+(?:the )?time\b(?:.*?\bin\s+(?P<place>[\w/ +-]+))?", _tell_time),
    (r"(?i)^(?:calculate|compute)\s+(?P<expression>[^?]+)", _calculate),
    (r"(?i)^(?:what is|what's|how much is)\s+(?P<expression>[-+*/^%(). \d]+)\??$", _calculate),
    (r"(?i)\bmarkdown\b", _markdown),
    (r"(?i)\bwrite (?P<words>\d{1,9}) words\b", _write),
)
