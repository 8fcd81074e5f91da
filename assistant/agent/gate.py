"""The gate: whether a call may run, by what its tool can do. What no rule allows is denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from assistant.agent.types import Effect, Tool, ToolCall

Verdict = Literal["allow", "ask", "deny"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says of one call. reason: a sentence for the model, empty when allowed."""

    verdict: Verdict
    reason: str = ""


ALLOWED = Decision("allow")
DENIED = Decision("deny", "No rule allows this tool, so the call was not run.")

RULES: Mapping[Effect, Decision] = MappingProxyType(
    {
        Effect.READ: ALLOWED,
        Effect.WRITE: ALLOWED,
        Effect.SEND: Decision("ask", "This sends something out, so the user must allow it first."),
        Effect.DESTROY: Decision("ask", "This cannot be undone, so the user must allow it first."),
    }
)


class Gate:
    """Decides each call by a table. rules: one decision for each effect; none means denied."""

    def __init__(self, rules: Mapping[Effect, Decision] = RULES) -> None:
        self._rules = rules

    def decide(self, tool: Tool, call: ToolCall) -> Decision:
        """What is to happen with this very call of this tool."""
        return self._rules.get(tool.effect, DENIED)
