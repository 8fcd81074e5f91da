"""How much room a user's files have: exact, because files are kept one by one."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from assistant.errors import Refused
from assistant.models import File
from assistant.services.tiers import Tier

AT_MOST = 2_000  # files
KEPT = timedelta(days=30)  # files that were deleted
NO_MORE_DELETED = (
    f"Deleted files are kept for {KEPT.days} days, and there is no room for more of them. "
    "Nothing was kept; try again in some days."
)


async def require(session: AsyncSession, tier: Tier, size: int, but: UUID | None = None) -> None:
    """Raises Refused where there is no room for one more file of this size. To be asked one by one.

    but: the file itself, where it has a row already. Deleted ones have as much room again.
    """
    living = col(File.deleted_at).is_(None)
    used = select(
        func.coalesce(func.sum(File.size).filter(living), 0),
        func.count().filter(living),
        func.coalesce(func.sum(File.size), 0),
        func.count(),
    ).where(col(File.id) != (but or UUID(int=0)))
    shown, files, all_, all_files = (await session.execute(used)).one()
    if files >= AT_MOST or shown + size > tier.file_bytes:
        raise Refused(_full(tier, int(shown)))
    if all_files >= 2 * AT_MOST or all_ + size > 2 * tier.file_bytes:
        raise Refused(NO_MORE_DELETED)


def _full(tier: Tier, used: int) -> str:
    return (
        f"There is no room for this file: {used / 1e6:,.0f} of {tier.file_bytes / 1e6:,.0f} MB are "
        f"taken, and the {tier.label} plan has at most {AT_MOST:,} files. Nothing was kept; delete "
        "some files, and try again."
    )
