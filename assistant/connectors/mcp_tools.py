"""The tools of MCP servers as the model and the gate see them."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping

from pydantic import JsonValue

from assistant.agent.acts import Arguments, Effect, Intent, Output, Target, Tool, ToolContext
from assistant.agent.quoting import quoted
from assistant.connectors.mcp_server import Offered
from assistant.errors import ToolError

MOST_NAME = 64  # with vendors of models
MOST_ARGUMENTS = 100_000  # characters of their JSON
MOST_REACHED = 200  # pages and people: more are on no card that anybody reads
MARK_CHARACTERS = 6

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMES_ADDRESS = re.compile(
    r"(?i)(?<![a-z])(ur[li]s?|links?|href|web_?(site|page)s?|domains?|hosts?)(?![a-z])"
)
# Also what only programs read as an address, such as "https:e.org" with whatever slashes.
_ADDRESS = re.compile(
    r"(?i)(?<![\w@.+-])(?:https?:[/\\]*(?=\S)|[a-z][a-z0-9+.-]*://|www\."
    r"|(?:[\w-]+\.)+(?:[^\W\d_]{2,}|xn--[\w-]+)(?=[/\\:?#])|(?:\d+\.){3}\d+(?=[/\\:?#]))"
    r"[^\s\"'<>()\[\]{}]*[^\s\"'<>()\[\]{}.,;:!]"
)
_IN_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]"
_PERSON = re.compile(rf"(?<!{_IN_LOCAL}){_IN_LOCAL}+@(?:[\w-]+\.)+[\w-]*\w")
_ODD = re.compile(r"[^a-zA-Z0-9_-]")
Call = Callable[[str, Arguments], Awaitable[str]]


def tool_of(server: str, host: str, offered: Offered, effect: Effect, call: Call) -> Tool:
    """A server's tool. server: the user's name for it. call: runs it by its own name.

    effect: what the user says of it; nobody else knows.
    """

    async def run(arguments: Arguments, _: ToolContext) -> Output:
        _require_size(arguments)
        return Output(await call(offered.name, arguments))

    async def intent(arguments: Arguments, _: ToolContext) -> Intent:
        _require_size(arguments)
        sentence = f"Use {quoted(offered.name)} of the server {server} at {host}"
        pages = (Target("url", each) for each in addresses_in(arguments))
        people = (Target("recipient", each) for each in people_in(arguments))
        reached = dict.fromkeys((Target("server", host), *pages, *people))
        if len(reached) > 1 + MOST_REACHED:
            raise ToolError(f"One call may name at most {MOST_REACHED} addresses; make several.")
        return Intent(effect, sentence, tuple(reached))

    title = f"{server}: {offered.name}"
    return Tool(
        name=name_of(server, offered.name),
        description=_description(server, offered),
        schema=offered.schema,
        effect=effect,
        label=f"Used {title}",
        run=run,
        intent=intent,
        untrusted=True,
        title=title,
        foreign=True,
    )


def addresses_in(value: JsonValue | Arguments, named: bool = False) -> Iterator[str]:  # noqa: FBT001, FBT002
    """The addresses of pages among the arguments: a server may open them, and so tell their words.

    named: the argument's own name says that it is one.
    """
    if isinstance(value, str):
        yield from [value.strip()] if named and value.strip() else _ADDRESS.findall(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from addresses_in(
                each, named or bool(_NAMES_ADDRESS.search(_HUMP.sub("_", name)))
            )
    elif isinstance(value, list):
        for each in value:
            yield from addresses_in(each, named)


def people_in(value: JsonValue | Arguments) -> Iterator[str]:
    """The addresses of people among the arguments: a server may write to them."""
    if isinstance(value, str):
        yield from _PERSON.findall(value)
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from people_in(each)


def name_of(server: str, tool: str) -> str:
    """A name that vendors of models take; two tools of a server never have the same."""
    whole = f"{server}__{tool}"
    fit = _ODD.sub("_", whole)
    if fit == whole and len(fit) <= MOST_NAME:
        return fit
    mark = hashlib.sha256(whole.encode()).hexdigest()[:MARK_CHARACTERS]
    return f"{fit[: MOST_NAME - MARK_CHARACTERS - 1]}_{mark}"


def _description(server: str, offered: Offered) -> str:
    """What the server says of it, marked as its words."""
    return f"A tool of the user's MCP server {server}, which says of it: {offered.description}"


def _require_size(arguments: Mapping[str, JsonValue]) -> None:
    if len(json.dumps(dict(arguments))) > MOST_ARGUMENTS:
        raise ToolError(f"The arguments are longer than {MOST_ARGUMENTS:,} characters.")
