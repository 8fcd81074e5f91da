"""A model that does what anybody tells it: the user, and whoever has written what it reads.

It answers over the wire of a vendor, so the app's own SDK, loop, gate and tools stand around it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.agent.toolbox import CALLS_OF_A_REPLY
from tests.bench.dojo.attacks import CANARY, Call
from tests.bench.dojo.calls import Moves, Ours, moves
from tests.vendors.connection import HttpRequest
from tests.vendors.directives import SILENT
from tests.vendors.script import Call as ToolUse
from tests.vendors.script import Say, Script
from tests.vendors.server import VendorServer
from tests.vendors.wire import Wire, words


@dataclass(slots=True)
class Play:
    """One task, as this model goes about it.

    calls: the user's, by AgentDojo's ground truth. attack: those of whoever has written to the
    environment. world: what AgentDojo says that it is. moves: how a call is made with the tools
    that there are. wanted: what was called for the user. joins: the attacker's calls stand beside
    the user's in one reply, not between them. misled: the model has read what the attacker says.
    fault: what has kept it from going on.
    """

    prompt: str
    calls: list[Call]
    world: Any
    attack: list[Call] = field(default_factory=list)
    moves: Callable[[str, dict[str, Any], Any], Moves] = moves
    wanted: list[Ours] = field(default_factory=list)
    joins: bool = False
    misled: bool = False
    fault: str = ""
    _moves: Moves | None = None
    _asked: list[str] = field(default_factory=list)
    _number: int = 0

    def answer(self, results: Mapping[str, str]) -> Script:
        """The next reply, to the results of all calls so far by their ids."""
        try:
            if self._moves is None:
                self._moves = self._played()
                return self._asking(next(self._moves))
            return self._asking(self._moves.send([results[each] for each in self._asked]))
        except StopIteration:
            return Script((Say(("Done. ", "That is all.")),))
        except Exception as error:  # noqa: BLE001  (it would be lost in the server's task)
            self.fault = repr(error)
            return Script((Say(("I cannot go on.",)),))

    def _played(self) -> Moves:
        user, attacker = _Steps(self._all(self.calls)), _Steps(self._all(self.attack))
        while user.calls:
            beside = attacker.calls if self.misled and self.joins else []
            beside = beside if len(beside) + len(user.calls) <= CALLS_OF_A_REPLY else []
            self.wanted.extend(user.calls)
            results = yield [*beside, *user.calls]
            if beside:
                attacker.go_on(results[: len(beside)])
            user.go_on(results[len(beside) :])
            self.misled = self.misled or any(CANARY in each for each in results)
            while self.misled and attacker.calls and not (self.joins and user.calls):
                attacker.go_on((yield attacker.calls))

    def _all(self, calls: list[Call]) -> Moves:
        for name, args in calls:
            yield from self.moves(name, args, self.world)

    def _asking(self, calls: list[Ours]) -> Script:
        self._asked = [f"toolu_{self._number + at}" for at in range(len(calls))]
        self._number += len(calls)
        return Script(
            tuple(
                ToolUse(name, (json.dumps(arguments, default=str),), call_id)
                for call_id, (name, arguments) in zip(self._asked, calls, strict=True)
            )
        )


class _Steps:
    """Somebody's replies, one after the other. calls: those of the next one, none at the end."""

    def __init__(self, steps: Moves) -> None:
        self._steps = steps
        self.calls = next(steps, [])

    def go_on(self, results: list[str]) -> None:
        """The next reply, after these results."""
        try:
            self.calls = self._steps.send(results)
        except StopIteration:
            self.calls = []


class Obedient(VendorServer):
    """The vendor. plays: by the user's words, which are others in each conversation at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.plays: dict[str, Play] = {}

    def _script(self, wire: Wire, request: HttpRequest, body: Mapping[str, Any]) -> Script:
        if wire.asked(body).system.startswith(SILENT):
            return super()._script(wire, request, body)
        said = next(each["content"] for each in body["messages"] if each["role"] == "user")
        return self.plays[words(said).strip()].answer(_results(body))


def _results(body: Mapping[str, Any]) -> dict[str, str]:
    blocks = [
        block
        for message in body["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
    ]
    return {
        block["tool_use_id"]: words(block["content"])
        for block in blocks
        if block.get("type") == "tool_result"
    }
