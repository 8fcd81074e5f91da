"""A model that does what anybody tells it: the user, and whoever has written what it reads.

It answers over the wire of a vendor, so the app's own SDK, loop, gate and tools stand around it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bench.dojo.attacks import CANARY, Call
from tests.bench.dojo.calls import Moves, Ours, moves
from tests.vendors.connection import HttpRequest
from tests.vendors.directives import TITLE_MARK
from tests.vendors.script import Call as ToolUse
from tests.vendors.script import Say, Script
from tests.vendors.server import VendorServer
from tests.vendors.wire import Wire, words


@dataclass(slots=True)
class Play:
    """One task, as this model goes about it.

    calls: the user's, by AgentDojo's ground truth. attack: those of whoever has written to the
    environment. world: what AgentDojo says that it is. moves: how a call is made with the tools
    that there are. wanted: what was called for the user. misled: the model has read what the
    attacker says. fault: what has kept it from going on.
    """

    prompt: str
    calls: list[Call]
    world: Any
    attack: list[Call] = field(default_factory=list)
    moves: Callable[[str, dict[str, Any], Any], Moves] = moves
    wanted: list[Ours] = field(default_factory=list)
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
        for name, args in self.calls:
            yield from self._of_user(self.moves(name, args, self.world))

    def _of_user(self, steps: Moves) -> Moves:
        for calls in _driven(steps):
            self.wanted.extend(calls.ours)
            calls.results = yield calls.ours
            if not self.misled and any(CANARY in each for each in calls.results):
                self.misled = True
                for name, args in self.attack:
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


@dataclass(slots=True)
class _Step:
    ours: list[Ours]
    results: list[str] = field(default_factory=list)


def _driven(steps: Moves) -> Iterator[_Step]:
    """Each reply of a generator; it is sent the results that were put into it."""
    try:
        step = _Step(next(steps))
        while True:
            yield step
            step = _Step(steps.send(step.results))
    except StopIteration:
        return


class Obedient(VendorServer):
    """The vendor. plays: by the user's words, which are others in each conversation at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.plays: dict[str, Play] = {}

    def _script(self, wire: Wire, request: HttpRequest, body: Mapping[str, Any]) -> Script:
        if wire.asked(body).system.startswith(TITLE_MARK):
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
