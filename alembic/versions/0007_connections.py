"""Connections: servers of others that act for a user."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from assistant.models.isolation import protect

revision = "0007"
down_revision = "0006"


def upgrade(roles, **_):
    op.create_table(
        "connections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("tools", sa.LargeBinary(), nullable=True),
        sa.Column(
            "status", sqlmodel.sql.sqltypes.AutoString(), server_default="ok", nullable=False
        ),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column(
            "checked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('caldav', 'mail', 'google', 'mcp')", name=op.f("ck_connections_kind")
        ),
        sa.CheckConstraint("status in ('ok', 'failing')", name=op.f("ck_connections_status")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_connections_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
    )
    op.create_index("ix_connections_user", "connections", ["user_id"], unique=False)
    op.create_index(
        "uq_connections_kind",
        "connections",
        ["user_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'mcp'"),
    )
    for statement in protect("connections", roles):
        op.execute(statement)


def downgrade(**_):
    op.drop_index(
        "uq_connections_kind", table_name="connections", postgresql_where=sa.text("kind <> 'mcp'")
    )
    op.drop_index("ix_connections_user", table_name="connections")
    op.drop_table("connections")
