"""The gate: whether a call may run. What no rule allows is denied.

It looks at what the call would do, at what the user permits, and at who has named the people and
pages that it reaches. No text that a model reads or writes has a say in it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.agent.acts import Act, Effect, Intent, Origin, Target, Tool
from assistant.agent.provenance import OUTSIDE, Provenance

Verdict = Literal["allow", "ask", "deny"]
Rule = Literal["off", "ask", "allow"]

OUTWARD = ("url", "query")  # what a read or a write tells to others
KNOWN: tuple[Origin, ...] = ("user", "offered")
OWN = {Effect.READ: "reads only", Effect.WRITE: "can be undone"}
GRANTED = (Effect.SEND, Effect.DESTROY)

DENIED = "No rule allows this tool, so the call was not run."
OFF = "The user has turned this tool off, so the call was not run. They can do so in Settings."


@dataclass(frozen=True, slots=True)
class Grant:
    """The user allows a tool's calls beforehand. target: only those that reach nobody else."""

    id: str
    tool: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the user permits at this moment, in this conversation: a rule for some tools, grants."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen with one call. reason: for the model, when it is denied."""

    verdict: Verdict
    act: Act
    reason: str = ""


class Gate:
    """Decides each call of a turn. permissions: read anew each time, so that a No holds at once.

    at_first: as they were read when the turn began, for the request that leaves just then.
    """

    def __init__(
        self,
        permissions: Callable[[], Awaitable[Permissions]],
        at_first: Permissions | None = None,
    ) -> None:
        self._permissions = permissions
        self._at_first = at_first

    async def decide(self, tool: Tool, intent: Intent, said: Provenance) -> Decision:
        """What is to happen with a call of this tool that would do this, after what was said."""
        self._at_first = None
        return decided(tool, intent, said, await self._permissions())

    async def lets_pass_unseen(self, tools: Iterable[str], said: Provenance) -> bool:
        """Whether calls may be made where nobody can be asked.

        Only before others' text was read, and only where no rule holds for any of these tools.
        """
        held, self._at_first = self._at_first, None
        if said.tainted:
            return False
        rules = (held or await self._permissions()).rules
        return all(rules.get(tool, "allow") == "allow" for tool in tools)


def decided(tool: Tool, intent: Intent, said: Provenance, permitted: Permissions) -> Decision:
    """The gate's decision, from nothing but these values."""
    origins = tuple(said.origin(target) for target in intent.targets)
    intent = replace(intent, effect=_effect(intent, said, origins))
    rule = permitted.rules.get(tool.name)
    if rule == "off":
        return Decision("deny", Act(intent, "off", origins), OFF)
    if rule == "ask":
        return Decision("ask", Act(intent, "", origins))
    if intent.effect in OWN:
        return Decision("allow", Act(intent, OWN[intent.effect], origins))
    if intent.effect not in GRANTED:
        return Decision("deny", Act(intent, "", origins), DENIED)
    if "untrusted" not in origins:
        narrow = _is_of_others(intent, said, origins)
        for grant in permitted.grants:
            if _covers(grant, tool, intent.targets) and not (narrow and grant.target is None):
                return Decision("allow", Act(intent, grant.id, origins))
    return Decision("ask", Act(intent, "", origins))


def _effect(intent: Intent, said: Provenance, origins: tuple[Origin, ...]) -> Effect:
    """To read or write tells the words and pages that are asked for; after others' text that is
    sending.
    """
    if intent.effect not in OWN or not said.tainted:
        return intent.effect
    asked = zip(intent.targets, origins, strict=True)
    tells = any(each.kind in OUTWARD and origin not in KNOWN for each, origin in asked)
    return Effect.SEND if tells else intent.effect


def _is_of_others(intent: Intent, said: Provenance, origins: tuple[Origin, ...]) -> bool:
    """Whether it reaches somebody whom nobody is seen to have named, after others' text was read.

    There they may have been named in a picture, in parts, or in any disguise that a model reads.
    """
    reached = zip(intent.targets, origins, strict=True)
    return said.tainted and any(
        each.kind in OUTSIDE and origin not in KNOWN for each, origin in reached
    )


def _covers(grant: Grant, tool: Tool, targets: tuple[Target, ...]) -> bool:
    if grant.tool != tool.name:
        return False
    return grant.target is None or {target.value for target in targets} == {grant.target}
