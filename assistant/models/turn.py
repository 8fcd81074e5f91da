"""A turn: one question on its way to an answer, as a job of the server."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import (
    Chained,
    Owned,
    chained,
    details,
    moment,
    owned_by,
    owned_by_user,
    sealed,
)
from assistant.models.conversation import MESSAGE_STATUSES, one_of


class Turn(Owned, table=True):
    """One turn and its lease.

    client_key: chosen by the page, so that a repeated send finds the first turn. fence: grows with
    every owner of the lease; a worker that writes with an old number changes nothing.
    stop_after: the number of the last event that the person who pressed Stop had seen.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        UniqueConstraint("user_id", "client_key"),
        owned_by_user(),
        owned_by("conversation_id", "conversations"),
        owned_by("reply_id", "messages"),
        one_of("status", *MESSAGE_STATUSES),
        Index(
            "uq_turns_open",
            "user_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("status = 'running'"),
        ),
        Index("ix_turns_user_reply", "user_id", "reply_id"),
        Index("ix_turns_user_conversation", "user_id", "conversation_id"),
        Index("ix_turns_waiting", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_turns_lease", "lease_until", postgresql_where=text("status = 'running'")),
    )

    conversation_id: UUID
    reply_id: UUID
    client_key: str
    status: str
    worker: str
    fence: int = 1
    lease_until: datetime = moment(nullable=False)
    stop_after: int | None = None
    ended_at: datetime | None = moment()
    details: dict[str, Any] = details()


EXECUTION_STATUSES = (
    "started",
    "done",
    "failed",
    "denied",
    "asked",
    "approved",
    "expired",
    "undone",
)


class ToolExecution(Chained, table=True):
    """What befell one call of a tool, with what went in and what came out; rows are only added.

    rule: what allowed or forbade it. undo: sealed, what takes it back. undoes: the row of the call
    that this one took back.
    """

    __tablename__ = "tool_executions"
    __table_args__ = (
        owned_by_user(),
        owned_by("turn_id", "turns", on_delete="SET NULL (turn_id)"),
        one_of("effect", "read", "write", "send", "destroy"),
        one_of("status", *EXECUTION_STATUSES),
        UniqueConstraint("user_id", "undoes"),
        *chained(),
        Index("ix_tool_executions_user_turn", "user_id", "turn_id"),
        Index("ix_tool_executions_user_created", "user_id", text("created_at desc")),
        Index("ix_tool_executions_user_tool", "user_id", "tool", text("created_at desc")),
        Index("ix_tool_executions_user_status", "user_id", "status", text("created_at desc")),
    )

    turn_id: UUID | None = None
    call_id: str
    tool: str
    effect: str
    status: str
    rule: str = Field(default="", sa_column_kwargs={"server_default": ""})
    input: bytes | None = sealed()
    output: bytes | None = sealed()
    undo: bytes | None = sealed()
    undoes: UUID | None = None
    seconds: float = 0.0
    details: dict[str, Any] = details()
