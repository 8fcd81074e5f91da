"""How much the first request of a turn reads, as far as it is known before anything is opened.

It is put down when the turn begins, and counts where its worker dies and nobody tells better.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.prompt import Manner, system_prompt
from assistant.agent.request_size import tools_length
from assistant.agent.tools import TOOLS
from assistant.agent.tools.web import web_search
from assistant.agent.types import Message
from assistant.models import Connection
from assistant.services.features import CONNECTED, SERVERS
from assistant.services.internet_access import has_engine
from assistant.services.tiers import Tier, allows


def offered(tier: Tier, connections: Collection[Connection]) -> int:
    """The characters in which a model is told of the user's tools.

    What servers of theirs offer is taken by its sealed size.
    """
    of_servers = sum(len(each.tools or b"") for each in connections)
    is_connected = any(each.kind != "mcp" for each in connections)
    ours = _ours(tier, is_connected=is_connected, can_search=has_engine())
    return ours + (of_servers if allows(tier, SERVERS) else 0)


def first_reading(said: Sequence[Message], most: int, manner: Manner, tools: int) -> int:
    """Tokens of rules, tools and messages, of which a model is given so many at `most`.

    The last message is given whole. tools: as `offered` says.
    """
    sizes = [estimated_tokens(message) for message in said]
    rules = system_prompt(datetime.now(UTC).date(), "UTC", manner)
    return (len(rules) + tools) // BYTES_PER_TOKEN + max(min(sum(sizes), most), sizes[-1])


@lru_cache
def _ours(tier: Tier, *, is_connected: bool, can_search: bool) -> int:
    """Of our own tools, of which some wait for an account, and one for an engine."""
    working = (tool for tool in TOOLS if is_connected or tool.needs not in CONNECTED)
    useful = (tool for tool in working if can_search or tool is not web_search)
    return tools_length(tool for tool in useful if allows(tier, tool))
