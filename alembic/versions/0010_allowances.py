"""What a plan allows is set aside and booked, month by month and day by day."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from assistant.models.isolation import protect

revision = "0010"
down_revision = "0009"


def upgrade(roles, **_):
    op.create_table(
        "allowances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "reserved", sa.Numeric(precision=14, scale=8), server_default="0", nullable=False
        ),
        sa.Column("spent", sa.Numeric(precision=14, scale=8), server_default="0", nullable=False),
        sa.CheckConstraint("kind in ('month', 'day')", name=op.f("ck_allowances_kind")),
        sa.CheckConstraint(
            "messages >= 0 and reserved >= 0 and spent >= 0",
            name=op.f("ck_allowances_never_negative"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_allowances_forward")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_allowances_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowances")),
        sa.UniqueConstraint("id", "user_id", name=op.f("uq_allowances_id_user_id")),
        sa.UniqueConstraint(
            "user_id", "kind", "starts_at", name=op.f("uq_allowances_user_id_kind_starts_at")
        ),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("month_id", sa.Uuid(), nullable=False),
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=8), server_default="0", nullable=False),
        sa.Column("spent", sa.Numeric(precision=14, scale=8), server_default="0", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "amount >= 0 and spent >= 0", name=op.f("ck_reservations_never_negative")
        ),
        sa.ForeignKeyConstraint(
            ["day_id", "user_id"],
            ["allowances.id", "allowances.user_id"],
            name=op.f("fk_reservations_day_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["month_id", "user_id"],
            ["allowances.id", "allowances.user_id"],
            name=op.f("fk_reservations_month_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id", "user_id"],
            ["turns.id", "turns.user_id"],
            name=op.f("fk_reservations_turn_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_reservations_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_user_turn", "reservations", ["user_id", "turn_id"], unique=False
    )
    op.create_index("ix_reservations_user_day", "reservations", ["user_id", "day_id"], unique=False)
    op.create_index(
        "ix_reservations_user_month", "reservations", ["user_id", "month_id"], unique=False
    )
    for table in ("allowances", "reservations"):
        for statement in protect(table, roles):
            op.execute(statement)


def downgrade(**_):
    op.drop_table("reservations")
    op.drop_table("allowances")
