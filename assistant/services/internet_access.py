"""How the tools reach the internet: what the operator allows, and which engine searches."""

from assistant.agent.catalog import MODELS
from assistant.config import settings
from assistant.connectors.brave import Brave
from assistant.connectors.internet import Engine, Internet
from assistant.connectors.network import Reach
from assistant.connectors.searxng import Searxng
from assistant.connectors.tavily import Tavily


def reach() -> Reach:
    """Every public host, and those inside that the operator has named."""
    named = (host.strip().lower() for host in settings().private_hosts.split(","))
    return Reach(frozenset(filter(None, named)))


def internet() -> Internet:
    """The web as the tools see it."""
    return Internet(reach(), _engine())


def has_engine() -> bool:
    """Whether the operator has set up an engine for searches."""
    return _engine() is not None


def vendor_may_search(model: str) -> bool:
    """Whether this model's vendor may search for it: where no engine does, and the operator agrees.

    What the user permits is asked for each request (`agent/vendor_search.py`).
    """
    return settings().vendor_search and not has_engine() and MODELS[model].searches


def _engine() -> Engine | None:
    """The first one that the operator has set up."""
    chosen = settings()
    if key := chosen.brave_api_key.get_secret_value():
        return Brave(key)
    if key := chosen.tavily_api_key.get_secret_value():
        return Tavily(key)
    return Searxng(chosen.searxng_url) if chosen.searxng_url else None
