"""Words that follow on each other are one event."""

from collections.abc import Iterator

import pytest

from assistant.agent.providers.joined import joined
from assistant.agent.types import Alive, ModelEvent, TextDelta, ThinkingDelta, ToolCallDelta

CALL = ToolCallDelta("a", "look", "{}")


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ([], []),
        ([TextDelta("a")], [TextDelta("a")]),
        ([TextDelta("a"), TextDelta("b"), TextDelta("c")], [TextDelta("abc")]),
        (
            [ThinkingDelta(""), ThinkingDelta("hm"), TextDelta("a"), TextDelta("b")],
            [ThinkingDelta("hm"), TextDelta("ab")],
        ),
        (
            [TextDelta("a"), CALL, CALL, TextDelta("b"), Alive(), TextDelta("c")],
            [TextDelta("a"), CALL, CALL, TextDelta("b"), Alive(), TextDelta("c")],
        ),
    ],
)
def test_only_neighbours_of_one_kind_are_joined(
    told: list[ModelEvent], wanted: list[ModelEvent]
) -> None:
    assert list(joined(told)) == wanted


def test_what_was_said_comes_before_the_error() -> None:
    def breaks_off() -> Iterator[ModelEvent]:
        yield from (TextDelta("a"), TextDelta("b"))
        raise KeyError("c")

    events = joined(breaks_off())
    assert next(events) == TextDelta("ab")
    with pytest.raises(KeyError, match="c"):
        next(events)
