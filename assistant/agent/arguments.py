"""What a model wrote as a call's arguments: an object that can be stored, shown and sent again."""

import json
import math

from assistant.agent.acts import Arguments
from assistant.agent.types import ToolCall

MALFORMED = "malformed_json"
DEEPEST = 40  # all who encode it again recurse, some of them after a hundred calls of their own
UNREADABLE = (
    "The call was not run: its arguments are not one JSON object of finite numbers with at most "
    f"{DEEPEST} levels. Write them anew."
)


def parsed(written: str) -> Arguments:
    """The arguments, from JSON. See `accepted` for what is none."""
    try:
        value = json.loads(written or "{}")
    except (ValueError, RecursionError):
        value = None
    return accepted(value, written)


def accepted(value: object, written: str) -> Arguments:
    """The value, if it is an object that everything behind can carry.

    Anything else is kept as it was written, under a name that no tool takes.
    """
    if isinstance(value, dict) and _can_be_carried(value, DEEPEST):
        return value
    return {MALFORMED: written}


def are_malformed(call: ToolCall) -> bool:
    """Whether the call holds, in place of arguments, what could not be read."""
    return call.arguments.keys() == {MALFORMED}


def _can_be_carried(value: object, levels: int) -> bool:
    match value:
        case float():
            return math.isfinite(value)
        case dict() if levels:
            return all(_can_be_carried(each, levels - 1) for each in value.values())
        case list() if levels:
            return all(_can_be_carried(each, levels - 1) for each in value)
    return not isinstance(value, dict | list)
