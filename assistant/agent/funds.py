"""How much a model may write, so that an answer costs no more than one may."""

from dataclasses import replace

from assistant.agent.prices import cost
from assistant.agent.request_size import request_size
from assistant.agent.types import Request, Usage
from assistant.errors import CeilingReached

# With what a model thinks; for fewer it is not worth while to have everything read once more.
LEAST = 1_000
TOO_COSTLY = (
    "To go on would cost more than one answer may, so it ends here. What there is is kept; ask "
    "for less at once."
)


def paid_for(request: Request, provider: str, model: str) -> Request:
    """The request, which may write no more than what is left for its answer pays for.

    What it reads is counted by our own size and at full price, as if no vendor had it in a cache;
    what a vendor finds in a search is not known before. Raises CeilingReached where next to
    nothing could be written.
    """
    if request.funds is None:
        return request
    read = Usage(provider, model, input_tokens=request_size(request), searches=int(request.search))
    wanted = request.max_output_tokens
    rest = request.funds() - cost(read)
    all_of_it = cost(replace(read, output_tokens=wanted)) - cost(read)
    if rest >= all_of_it:
        return request
    paid = int(wanted * rest / all_of_it) if rest > 0 else 0
    if paid < min(LEAST, wanted):
        raise CeilingReached(TOO_COSTLY)
    return replace(request, max_output_tokens=paid)
