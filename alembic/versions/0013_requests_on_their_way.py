"""Requests to models are put down before they are made, so that each of them is booked."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from assistant.models.isolation import discoverable, protect

revision = "0013"
down_revision = "0012"

SUMMED = (
    "turn_id",
    "provider",
    "model",
    "purpose",
    "cost",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
)
FOUND = ("id", "user_id", "asked_at", "turn_id")


def upgrade(roles, **_):
    op.create_table(
        "open_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("model", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("read_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id", "user_id"],
            ["turns.id", "turns.user_id"],
            name=op.f("fk_open_requests_turn_id_user_id"),
            ondelete="SET NULL (turn_id)",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_open_requests_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_requests")),
    )
    op.create_index("ix_open_requests_user_turn", "open_requests", ["user_id", "turn_id"])
    op.create_index("ix_open_requests_asked", "open_requests", ["asked_at"])
    statements = protect("open_requests", roles) + discoverable("open_requests", FOUND, roles)
    for statement in statements:
        op.execute(statement)

    index_requests(postgresql_include=SUMMED)


def downgrade(**_):
    index_requests()
    op.drop_table("open_requests")


def index_requests(**more):
    op.drop_index("ix_usage_logs_user_created", table_name="usage_logs")
    newest = ["user_id", sa.literal_column("created_at desc")]
    op.create_index("ix_usage_logs_user_created", "usage_logs", newest, **more)
