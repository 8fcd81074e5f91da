"""Tools whose effects are counted outside: each effect is a line at the end of a file."""

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from assistant.agent.acts import Effect, Intent, Target, Tool, ToolContext
from assistant.agent.tool import tool

DELAY = 3_600.0  # nobody waits for it: a test that is slow must not meet its end

Passing = Callable[[str], Awaitable[None]]


class Wall:
    """Where the effects stand: [the key of the call, its text]."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, key: str, text: str) -> None:
        """One more effect, written at once whatever befalls the writer then."""
        wall = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(wall, json.dumps([key, text]).encode() + b"\n")
        os.close(wall)

    def all(self) -> list[tuple[str, str]]:
        """Every effect, in order."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [tuple(json.loads(line)) for line in lines]

    def of(self, approval_id: object) -> list[str]:
        """The texts that one approval has put up."""
        return [text for key, text in self.all() if key.startswith(f"{approval_id}/")]


async def _go_on(_where: str) -> None:
    pass


def tools_at(wall: Wall, passing: Passing = _go_on) -> tuple[Tool, ...]:
    """`post_again` knows its key and puts up nothing twice; `post_once` does not, and waits first.
    `jot` is as `post_once`, and asks nobody. So is `look_up`, which reads, where others see it.

    passing: is told "before" and "after" the effect.
    """

    async def post(text: str, context: ToolContext) -> str:
        """Put up a text."""
        await passing("before")
        wall.put(context.key, text)
        await passing("after")
        return "It is up."

    async def post_again(text: str, context: ToolContext) -> str:
        """Put up a text, once for each call."""
        await passing("before")
        if context.key not in dict(wall.all()):
            wall.put(context.key, text)
        await passing("after")
        return "It is up."

    def posting(text: str) -> Intent:
        return Intent(Effect.SEND, f"Put up “{text}”")

    once = tool(Effect.SEND, "Put up", intent=posting, delay=DELAY)(post)
    again = tool(Effect.SEND, "Put up", intent=posting, repeatable=True)

    def looking(text: str) -> Intent:
        return Intent(Effect.READ, f"Look up “{text}”", (Target("query", text),))

    jot = tool(Effect.WRITE, "Jotted down")(post)
    look_up = tool(Effect.READ, "Looked up", intent=looking)(post)
    named = {"post_once": once, "jot": jot, "look_up": look_up}
    return again(post_again), *(replace(each, name=name) for name, each in named.items())
