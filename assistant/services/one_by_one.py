"""What a user does in several tabs at once is done one after the other: who holds their profile.

Sends hold the same row (`turn_begin.one_at_a_time`). Rows that hang on the profile can be added
meanwhile.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

HOLD = "select 1 from profiles for no key update"


async def hold(session: AsyncSession) -> None:
    """Let whoever else holds the user's profile wait until this transaction has ended."""
    await session.execute(text(HOLD))
