"""How much the first request of a turn reads, as far as it is known before anything is opened.

It is put down when the turn begins, and counts where its worker dies and nobody tells better.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from asyncpg import Record

from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.prompt import Manner, system_prompt
from assistant.agent.request_size import tools_length
from assistant.agent.tools import TOOLS
from assistant.agent.tools.web import web_search
from assistant.agent.types import Message
from assistant.services.features import CONNECTED, SERVERS
from assistant.services.internet_access import has_engine
from assistant.services.tiers import Tier, allows

# Columns of a query: what servers of the user's offer, by its sealed size, and whether there is
# an account of another kind.
OFFERED = """
    (select coalesce(sum(octet_length(tools)), 0)::integer from connections) as of_servers,
    exists (select from connections where kind <> 'mcp') as is_connected
"""


def offered(tier: Tier, known: Record) -> int:
    """The characters in which a model is told of the user's tools. known: holds OFFERED."""
    of_servers = int(known["of_servers"]) if allows(tier, SERVERS) else 0
    ours = _ours(tier, is_connected=known["is_connected"], can_search=has_engine())
    return ours + of_servers


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
