"""Operators see what is counted of all users, through one door that writes each look down."""

import sqlalchemy as sa
from alembic import op

from assistant.models.isolation import protect
from assistant.models.oversight import COLUMNS, QUERIES, overseen

revision = "0012"
down_revision = "0011"

TABLES = ("operators", "operator_visits")


def upgrade(roles, **_):
    for table in TABLES:
        op.create_table(
            table,
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.Column(
                "created_at",
                sa.DateTime(timezone=True),
                server_default=sa.text("now()"),
                nullable=False,
            ),
            sa.ForeignKeyConstraint(
                ["user_id"],
                ["profiles.user_id"],
                name=op.f(f"fk_{table}_user_id"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
    op.create_unique_constraint(op.f("uq_operators_user_id"), "operators", ["user_id"])
    newest = ["user_id", sa.literal_column("created_at desc")]
    op.create_index("ix_operator_visits_user_created", "operator_visits", newest)
    for table in TABLES:
        for statement in protect(table, roles, read_only=True):
            op.execute(statement)
    for statement in overseen(roles):
        op.execute(statement)


def downgrade(roles, **_):
    for signature in ("operator_opens()", *QUERIES):
        op.execute(f"drop function {signature}")
    for table in COLUMNS:
        for policy in ("seen_by_operators", "no_more_by_operators"):
            op.execute(f"drop policy if exists {policy} on {table}")
    for table in COLUMNS:
        op.execute(f'revoke all on {table} from "{roles.overseer}"')
    op.execute("drop function operator_is_looking()")
    for table in TABLES:
        op.drop_table(table)
