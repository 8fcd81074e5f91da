"""The log of calls and requests becomes one chain for each user, numbered as rows come in."""

import sqlalchemy as sa
from alembic import op

from assistant.models.isolation import chained, protect

revision = "0006"
down_revision = "0005"

LOGS = ("tool_executions", "usage_logs")


def upgrade(roles, **_):
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_audit_heads_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
        sa.UniqueConstraint("user_id", name=op.f("uq_audit_heads_user_id")),
    )
    for statement in protect("audit_heads", roles, read_only=True):
        op.execute(statement)
    for log in LOGS:
        op.add_column(log, sa.Column("seq", sa.BigInteger(), nullable=True))
        op.add_column(log, sa.Column("digest", sa.LargeBinary(), nullable=True))
        op.add_column(log, sa.Column("hash", sa.LargeBinary(), nullable=True))
        op.create_unique_constraint(op.f(f"uq_{log}_user_id_seq"), log, ["user_id", "seq"])
        whole = "seq is null or (digest is not null and hash is not null)"
        op.create_check_constraint(op.f(f"ck_{log}_chained"), log, whole)
    for statement in chained(LOGS, roles):
        op.execute(statement)


def downgrade(**_):
    for log in LOGS:
        op.execute(f"drop trigger chained on {log}")
        op.drop_constraint(op.f(f"ck_{log}_chained"), log, type_="check")
        op.drop_constraint(op.f(f"uq_{log}_user_id_seq"), log, type_="unique")
        for column in ("hash", "digest", "seq"):
            op.drop_column(log, column)
    op.execute("drop function chain()")
    op.drop_table("audit_heads")
