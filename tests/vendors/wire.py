"""What a vendor's wire format consists of."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.vendors.script import Asked, Frame, Script

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wire:
    """One vendor's format: the route, its answers, its errors, and how to read its requests.

    frames: all events of an answer, in order, for a script and the model that was asked for.
    failure: the JSON body of an error with this HTTP status.
    stream_error: the error event after HTTP 200.
    """

    name: str
    route: re.Pattern[str]
    frames: Callable[[Script, str], Iterator[Frame]]
    failure: Callable[[int], Body]
    stream_error: bytes
    asked: Callable[[Body], Asked]


def sse(data: Body, event: str = "") -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def words(content: Any, key: str = "text") -> str:
    """The text of a content that is a string or a list of blocks with a text."""
    if isinstance(content, str):
        return content
    return "".join(block.get(key, "") for block in content or ())
