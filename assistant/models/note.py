"""Notes: what the user wants kept."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by_user, sealed


class Note(Owned, table=True):
    """One note. tainted: it was written after others' text had been read, and may come from it.

    deleted_at: it can be brought back for some time.
    """

    __tablename__ = "notes"
    __table_args__ = (
        owned_by_user(),
        UniqueConstraint("user_id", "call_key"),
        Index(
            "ix_notes_user_changed",
            "user_id",
            text("changed_at desc"),
            postgresql_where=text("deleted_at is null"),
        ),
        Index("ix_notes_deleted", "deleted_at", postgresql_where=text("deleted_at is not null")),
    )

    title: bytes | None = sealed()
    content: bytes | None = sealed()
    tainted: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    call_key: str | None = None
    changed_at: datetime = moment(nullable=False, now=True)
    deleted_at: datetime | None = moment()
