"""Connections: servers of others that act for a user, and how one gets in there."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by_user, sealed


class Connection(Owned, table=True):
    """One account at a server. There is one of each kind, and several of MCP servers.

    label: what people know it by. secret: sealed JSON of what lets us in. tools: sealed JSON of
    what an MCP server offers. reason: why it is failing, as of checked_at.
    """

    __tablename__ = "connections"
    __table_args__ = (
        owned_by_user(),
        CheckConstraint("kind in ('caldav', 'mail', 'google', 'mcp')", name="kind"),
        CheckConstraint("status in ('ok', 'failing')", name="status"),
        Index("ix_connections_user", "user_id"),
        Index(
            "uq_connections_kind",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("kind <> 'mcp'"),
        ),
    )

    kind: str
    label: bytes = sealed(nullable=False)
    secret: bytes = sealed(nullable=False)
    tools: bytes | None = sealed()
    status: str = Field(default="ok", sa_column_kwargs={"server_default": "ok"})
    reason: bytes | None = sealed()
    checked_at: datetime = moment(nullable=False, now=True)
