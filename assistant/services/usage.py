"""What a request to a model used and cost."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

import structlog

from assistant.agent.prices import cost
from assistant.agent.types import Usage
from assistant.models import UsageLog
from assistant.services.audit_chain import STORED_DIGITS

FIGURES = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "thinking_tokens",
)

log = structlog.get_logger()


def record(user_id: UUID, usage: Usage, purpose: str, turn_id: UUID | None = None) -> UsageLog:
    """The row for one request, priced as of now. cost is in USD."""
    if usage.doubted:
        log.warning(
            "counts_doubted", vendor=usage.provider, model=usage.model, figures=usage.doubted
        )
    return UsageLog(
        user_id=user_id,
        turn_id=turn_id,
        provider=usage.provider,
        model=usage.model,
        purpose=purpose,
        **{figure: getattr(usage, figure) for figure in FIGURES},
        estimated=usage.estimated,
        cost=_stored(cost(usage)),
        details=_details(usage),
    )


def _stored(usd: Decimal) -> Decimal:
    """As the column holds it, so that sums are exact; halves go both ways, so that none grows."""
    return usd.quantize(STORED_DIGITS, ROUND_HALF_EVEN)


def _details(usage: Usage) -> dict[str, Any]:
    told = {"searches": usage.searches, "ended": usage.ended, "doubted": list(usage.doubted)}
    return {name: value for name, value in told.items() if value}
