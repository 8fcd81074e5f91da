"""Searches that a vendor makes by itself: whether it may, and what the turn is told of them.

A query is a way out, and nobody can be asked in the middle of a vendor's answer. So it may search
only before others' text was read. What it finds is such text, so it may not search again; and as
some vendors tell only at the end what they have found, that holds from the beginning of a search.
"""

from collections.abc import Iterator

from assistant.agent.acts import Act, Effect, Intent, Target
from assistant.agent.gate import OWN, Gate
from assistant.agent.provenance import Provenance
from assistant.agent.quoting import quoted
from assistant.agent.types import (
    ModelEvent,
    ProviderFailed,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
    VendorSearch,
)

TOOLS = ("web_search", "web_fetch")  # by which it goes out: some vendors open pages, too
BROKE_OFF = "The answer broke off before the vendor told what it had found."


class VendorSearches:
    """Those of one turn, told as calls of our own tools that have run."""

    def __init__(self, gate: Gate, said: Provenance) -> None:
        self._gate = gate
        self._said = said
        self._open: dict[str, ToolStarted] = {}

    async def allowed(self) -> bool:
        """Whether the next request may let its vendor search."""
        return await self._gate.lets_pass_unseen(TOOLS, self._said)

    def told(self, event: ModelEvent) -> Iterator[ToolStarted | ToolFinished]:
        """What an event of a model says of searches. What was found is noted as others' text."""
        match event:
            case VendorSearch(call, None):
                self._open[call.id] = ToolStarted(call, self._act(call))
                self._said.note_search(event)
                yield self._open[call.id]
            case VendorSearch(call, ToolResult() as result, seconds):
                act = self._act(call)
                self._open.pop(call.id, None)
                self._said.note_search(event)
                yield ToolFinished(call, result, seconds, act)
            case ProviderFailed():
                yield from (broken_off(each.call, each.act) for each in self._open.values())
                self._open.clear()

    def _act(self, call: ToolCall) -> Act:
        """What the gate makes of such a call where it lets it pass."""
        targets = tuple(_targets(call))
        named = ", ".join(quoted(target.value) for target in targets)
        sentence = f"Search the web for {named}" if named else "Search the web"
        origins = tuple(self._said.origin(target) for target in targets)
        return Act(Intent(Effect.READ, sentence, targets), OWN[Effect.READ], origins)


def broken_off(call: ToolCall, act: Act | None = None) -> ToolFinished:
    """A search of which no result came: its query has left all the same."""
    return ToolFinished(call, ToolResult(call.id, call.name, BROKE_OFF, is_error=True), 0.0, act)


def _targets(call: ToolCall) -> Iterator[Target]:
    more = call.arguments.get("more_queries")
    for query in (call.arguments.get("query"), *(more if isinstance(more, list) else ())):
        if query:
            yield Target("query", str(query))
    if url := call.arguments.get("url"):
        yield Target("url", str(url))
