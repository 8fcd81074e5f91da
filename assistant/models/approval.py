"""Calls that wait for the user, and what the user permits once for all."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import Owned, details, moment, owned_by, owned_by_user, sealed
from assistant.models.conversation import one_of

APPROVAL_STATUSES = (
    "pending",
    "approved",
    "denied",
    "expired",
    "executing",
    "done",
    "failed",
)


class Approval(Owned, table=True):
    """One call that waits outside its turn. Its id is what its effect is known by, once.

    facts: the sealed JSON of what the card shows. shown: the keyed hash of the arguments that it
    showed, or of what the user made of them. rule: which grant allowed it, "" where the user did.
    run_at: not before; until then it can be taken back. fence: grows with every try to run it.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        owned_by_user(),
        owned_by("conversation_id", "conversations"),
        owned_by("message_id", "messages"),
        owned_by("turn_id", "turns"),
        one_of("effect", "read", "write", "send", "destroy"),
        one_of("status", *APPROVAL_STATUSES),
        UniqueConstraint("id", "user_id"),
        Index("ix_approvals_user_message", "user_id", "message_id"),
        Index("ix_approvals_user_conversation", "user_id", "conversation_id"),
        Index("ix_approvals_user_turn", "user_id", "turn_id"),
        Index("ix_approvals_user_created", "user_id", text("created_at desc")),
        Index(
            "ix_approvals_due",
            "run_at",
            postgresql_where=text("status in ('pending', 'approved', 'executing')"),
        ),
    )

    conversation_id: UUID
    message_id: UUID
    turn_id: UUID
    call_id: str
    tool: str
    effect: str
    status: str = "pending"
    arguments: bytes | None = sealed()
    facts: bytes | None = sealed()
    shown: str
    rule: str = Field(default="", sa_column_kwargs={"server_default": ""})
    expires_at: datetime = moment(nullable=False)
    run_at: datetime | None = moment()
    lease_until: datetime | None = moment()
    fence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    decided_at: datetime | None = moment()
    ended_at: datetime | None = moment()
    details: dict[str, Any] = details()


class ToolPermission(Owned, table=True):
    """What the user permits a tool: a rule for all its calls, or a grant for some of them.

    rule: "off", "ask" or "allow" holds for all calls; "grant" lets those run that it covers.
    conversation_id: the grant holds there only. target: sealed, the only one that it reaches.
    """

    __tablename__ = "tool_permissions"
    __table_args__ = (
        owned_by_user(),
        owned_by("conversation_id", "conversations"),
        one_of("rule", "off", "ask", "allow", "grant"),
        Index("ix_tool_permissions_user_tool", "user_id", "tool"),
        Index("ix_tool_permissions_user_conversation", "user_id", "conversation_id"),
        Index(
            "uq_tool_permissions_rule",
            "user_id",
            "tool",
            unique=True,
            postgresql_where=text("rule <> 'grant'"),
        ),
    )

    tool: str
    rule: str
    conversation_id: UUID | None = None
    target: bytes | None = sealed()
    expires_at: datetime | None = moment()
    used_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
