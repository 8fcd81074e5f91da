"""About how many tokens a model reads of a request, by our own count that errs upwards."""

from collections.abc import Iterable

from assistant.agent.acts import Tool
from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.types import Request


def request_size(request: Request) -> int:
    """The tokens of all that the model is given: rules, tools and messages."""
    told = (len(request.system) + tools_length(request.tools)) // BYTES_PER_TOKEN
    return told + sum(map(estimated_tokens, request.messages))


def tools_length(tools: Iterable[Tool]) -> int:
    """The characters in which a model is told of the tools."""
    return sum(len(tool.description) + len(str(tool.schema)) for tool in tools)
