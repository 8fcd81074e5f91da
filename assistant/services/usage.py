"""What a request to a model used and cost."""

from uuid import UUID

from assistant.agent.prices import cost
from assistant.agent.types import Usage
from assistant.models import UsageLog


def record(user_id: UUID, usage: Usage, purpose: str, turn_id: UUID | None = None) -> UsageLog:
    """The row for one request, priced as of now. cost is in USD."""
    return UsageLog(
        user_id=user_id,
        turn_id=turn_id,
        provider=usage.provider,
        model=usage.model,
        purpose=purpose,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        thinking_tokens=usage.thinking_tokens,
        estimated=usage.estimated,
        cost=cost(usage),
        details={"searches": usage.searches} if usage.searches else {},
    )
