"""Conversations keep what models read in place of their oldest messages."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

PURPOSE = "ck_usage_logs_purpose"


def upgrade(**_):
    op.add_column("conversations", sa.Column("summary", sa.LargeBinary(), nullable=True))
    op.add_column("conversations", sa.Column("summary_through", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_conversations_summary_through",
        "conversations",
        "messages",
        ["summary_through", "user_id"],
        ["id", "user_id"],
        ondelete="SET NULL (summary_through)",
    )
    op.create_index(
        "ix_conversations_user_summary", "conversations", ["user_id", "summary_through"]
    )
    _allow("answer", "title", "summary")


def downgrade(**_):
    op.execute("update usage_logs set purpose = 'title' where purpose = 'summary'")
    _allow("answer", "title")
    op.drop_constraint("fk_conversations_summary_through", "conversations")
    op.drop_index("ix_conversations_user_summary", table_name="conversations")
    op.drop_column("conversations", "summary_through")
    op.drop_column("conversations", "summary")


def _allow(*purposes):
    listed = ", ".join(f"'{each}'" for each in purposes)
    op.drop_constraint(op.f(PURPOSE), "usage_logs")
    op.create_check_constraint(op.f(PURPOSE), "usage_logs", f"purpose in ({listed})")
