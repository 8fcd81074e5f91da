"""Notices a model that asks for the same failing call again and again."""

from collections.abc import Iterable

from assistant.agent.acts import Arguments
from assistant.agent.types import ToolCall, ToolFinished

TIMES = 3
STOP_ASKING = (
    f"This call was not run: it has failed {TIMES} times in the same way. Do not ask for it again; "
    "try another way, or tell the user what did not work."
)


class Repeats:
    """The failures of one turn, reply after reply."""

    def __init__(self) -> None:
        self._failure: tuple[str, Arguments, str] | None = None
        self._times = 0
        self._warnings = 0

    def forbids(self, call: ToolCall) -> bool:
        """Whether this very call has failed too often in a row in the same way."""
        if self._failure is None or self._times < TIMES:
            return False
        return (call.name, call.arguments) == self._failure[:2]

    def note(self, results: Iterable[ToolFinished]) -> None:
        """Take in the results of one reply, in the order of its calls."""
        warned = False
        for finished in results:
            if finished.result.content == STOP_ASKING:
                warned = True
            else:
                self._count(finished)
        self._warnings += warned

    def _count(self, finished: ToolFinished) -> None:
        call, result = finished.call, finished.result
        failure = (call.name, call.arguments, result.content) if result.is_error else None
        self._times = self._times + 1 if failure == self._failure else 1
        self._failure = failure

    @property
    def ignored(self) -> bool:
        """Whether the model was told to stop, and asked again all the same."""
        return self._warnings > 1
