"""What makes sealed messages findable."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint

from assistant.models.base import Owned, owned_by, owned_by_user, sealed


class SearchSignature(Owned, table=True):
    """Which fragments a message holds, as bits that only the owner's key can place.

    A Bloom filter: it may say yes to what is not there, and never no to what is.
    """

    __tablename__ = "search_signatures"
    __table_args__ = (
        UniqueConstraint("user_id", "message_id"),
        owned_by_user(),
        owned_by("message_id", "messages"),
        Index("ix_search_signatures_user_created", "user_id", "created_at"),
    )

    message_id: UUID
    bits: bytes = sealed(nullable=False)
