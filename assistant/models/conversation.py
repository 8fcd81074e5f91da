"""Conversations and their messages, which form a tree so that edits and retries can branch."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import Owned, details, moment, owned_by, owned_by_user, sealed

MESSAGE_STATUSES = ("running", "waiting", "done", "stopped", "failed", "interrupted")


def one_of(column: str, *words: str) -> CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Conversation(Owned, table=True):
    """A conversation. head_id is the last message of the branch that the page shows.

    summary: sealed, what models read in place of its messages up to summary_through.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        owned_by_user(),
        ForeignKeyConstraint(
            ["head_id", "user_id"],
            ["messages.id", "messages.user_id"],
            ondelete="SET NULL (head_id)",
            use_alter=True,
            name="fk_conversations_head",
        ),
        ForeignKeyConstraint(
            ["summary_through", "user_id"],
            ["messages.id", "messages.user_id"],
            ondelete="SET NULL (summary_through)",
            use_alter=True,
            name="fk_conversations_summary_through",
        ),
        Index(
            "ix_conversations_user_touched",
            "user_id",
            text("touched_at desc"),
            postgresql_where=text("deleted_at is null"),
        ),
        Index("ix_conversations_user_head", "user_id", "head_id"),
        Index("ix_conversations_user_summary", "user_id", "summary_through"),
        Index(
            "ix_conversations_deleted",
            "deleted_at",
            postgresql_where=text("deleted_at is not null"),
        ),
    )

    title: bytes | None = sealed()
    model: str = Field(default="", sa_column_kwargs={"server_default": ""})
    head_id: UUID | None = None
    summary: bytes | None = sealed()
    summary_through: UUID | None = None
    touched_at: datetime = moment(nullable=False, now=True)
    archived_at: datetime | None = moment()
    deleted_at: datetime | None = moment()
    details: dict[str, Any] = details()


class Message(Owned, table=True):
    """One message. content is the sealed JSON of its parts (see `services/contents.py`).

    searchable: it has a SearchSignature; the others are few, and are read one by one.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        owned_by_user(),
        owned_by("conversation_id", "conversations"),
        owned_by("parent_id", "messages"),
        one_of("role", "user", "assistant"),
        one_of("status", *MESSAGE_STATUSES),
        Index("ix_messages_user_conversation", "user_id", "conversation_id", "created_at"),
        Index("ix_messages_user_parent", "user_id", "parent_id"),
        Index("ix_messages_unsearchable", "user_id", postgresql_where=text("not searchable")),
    )

    conversation_id: UUID
    parent_id: UUID | None = None
    role: str
    status: str
    content: bytes | None = sealed()
    model: str = Field(default="", sa_column_kwargs={"server_default": ""})
    error: str = Field(default="", sa_column_kwargs={"server_default": ""})
    searchable: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    ended_at: datetime | None = moment()
    details: dict[str, Any] = details()
