"""Whoever changes a plan at Stripe holds it meanwhile, in all processes.

No transaction can be open while Stripe is asked, so a row says until when it is held: who dies with
it holds nobody up for longer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from assistant.database import user_connection
from assistant.errors import Busy, DatabaseAway

HELD_FOR = "interval '6 minutes'"  # longer than all questions of a change may take together

_TAKE = f"""
    update subscriptions
    set metadata = metadata || jsonb_build_object('held_until', now() + {HELD_FOR})
    where coalesce((metadata ->> 'held_until')::timestamptz <= now(), true)
    returning metadata ->> 'held_until'
"""  # noqa: S608  (nothing in it comes from outside)
_GIVE_BACK = """
    update subscriptions set metadata = metadata - 'held_until'
    where metadata ->> 'held_until' = $1
"""


log = structlog.get_logger()


@asynccontextmanager
async def held(user_id: UUID, under_way: str) -> AsyncIterator[None]:
    """Change the user's plan in this block. Raises Busy with this sentence while another does."""
    async with user_connection(user_id) as connection:
        until = await connection.fetchval(_TAKE)
    if until is None:
        raise Busy(under_way)
    try:
        yield
    finally:
        try:
            async with user_connection(user_id) as connection:
                await connection.execute(_GIVE_BACK, until)
        except DatabaseAway:  # what was done at Stripe is done; the hold lapses
            log.warning("plan_hold_not_given_back", user=str(user_id))
