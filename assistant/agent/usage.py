"""What one request to a model used, and what is known of it while it is on its way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

# refused: an error was the answer, which costs nothing. failed: it broke off or fell silent. left:
# we went away. lost: its worker died.
Ended = Literal["", "refused", "failed", "left", "lost"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, each counted once whatever the vendor's own way of counting.

    input_tokens: read at full price; cache_read_tokens and cache_write_tokens come on top.
    output_tokens: everything written, thinking included; thinking_tokens says how much of it.
    estimated: the vendor never reported; the figures are ours. searches: by the vendor itself.
    ended: "" for a whole answer. doubted: figures that cannot be, in whose place stand ours.
    """

    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    thinking_tokens: int = 0
    estimated: bool = False
    searches: int = 0
    ended: Ended = ""
    doubted: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Sent:
    """How one request goes. left: whether it has left us. so_far: what it has cost by now."""

    left: bool = False
    so_far: Callable[[], Usage] | None = None
