"""About how many tokens a model reads of a request, by our own count that errs upwards."""

from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.types import Request


def request_size(request: Request) -> int:
    """The tokens of all that the model is given: rules, tools and messages."""
    tools = sum(len(tool.description) + len(str(tool.schema)) for tool in request.tools)
    told = (len(request.system) + tools) // BYTES_PER_TOKEN
    return told + sum(map(estimated_tokens, request.messages))
