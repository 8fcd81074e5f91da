"""How much a model may write, so that an answer costs no more than one may."""

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from assistant.agent.prices import cost
from assistant.agent.types import Request, Usage
from assistant.errors import CeilingReached

# With what a model thinks; for fewer it is not worth while to have everything read once more.
LEAST = 1_000
BY_TOKENS = 10_000  # prices are another for requests that read more; so finely that is looked at
TOO_COSTLY = (
    "To go on would cost more than one answer may, so it ends here. What there is is kept; ask "
    "for less at once."
)


def paid_for(request: Request, provider: str, model: str, read: int) -> Request:
    """The request, which may write no more than what is left for its answer pays for.

    read: its tokens by our own count, which are taken at full price, as if no vendor had them in a
    cache; what a vendor finds in a search is not known before. Raises CeilingReached where next to
    nothing could be written.
    """
    if request.funds is None:
        return request
    size = BY_TOKENS * (1 + read // BY_TOKENS)
    a_read, a_written, a_search = _prices(provider, model, size, searches=request.search)
    rest = request.funds() - read * a_read - a_search
    wanted = request.max_output_tokens
    if rest >= wanted * a_written:
        return request
    paid = int(rest / a_written) if rest > 0 else 0
    if paid < min(LEAST, wanted):
        raise CeilingReached(TOO_COSTLY)
    return replace(request, max_output_tokens=paid)


@lru_cache(maxsize=1_000)  # to work out one price takes as long as a statement in the database
def _prices(
    provider: str, model: str, size: int, *, searches: bool
) -> tuple[Decimal, Decimal, Decimal]:
    """USD of a token that is read, one that is written, and a search, in a request of this size."""
    read = Usage(provider, model, input_tokens=size)
    written = cost(replace(read, output_tokens=size)) - cost(read)
    search = cost(replace(read, searches=1)) - cost(read) if searches else Decimal(0)
    return cost(read) / size, written / size, search
