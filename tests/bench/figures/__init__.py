"""The figures, by the names that `--only` takes, in the order in which they are taken."""

from collections.abc import Callable

from tests.bench.figures import (
    agentdojo,
    audit,
    bytes_down,
    caching,
    cpu,
    first_load,
    history,
    memory,
    money,
    painting,
    protection,
    search,
    shuffles,
    starts,
    streaming,
)
from tests.bench.load import Bench
from tests.bench.report import Row

FIGURES: dict[str, Callable[[Bench], list[Row]]] = {
    "memory": memory.measure,
    "bytes": bytes_down.measure,
    "streams": streaming.measure,
    "cpu": cpu.measure,
    "saturation": streaming.saturation,
    "history": history.measure,
    "caching": caching.measure,
    "search": search.measure,
    "protection": protection.measure,
    "audit": audit.measure,
    "money": money.measure,
    "agentdojo": agentdojo.measure,
    "page": first_load.measure,
    "browser": painting.measure,
    "warm": starts.warm,
    "cold": starts.cold,
    "shuffles": shuffles.measure,
}
LONG = frozenset({"shuffles"})  # taken only when they are asked for
