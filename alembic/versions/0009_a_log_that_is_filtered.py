"""Indexes by which the log of calls is filtered, however long it is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

FILTERS = ("tool", "status")


def upgrade(**_):
    for column in FILTERS:
        newest = ["user_id", column, sa.literal_column("created_at desc")]
        op.create_index(f"ix_tool_executions_user_{column}", "tool_executions", newest)


def downgrade(**_):
    for column in FILTERS:
        op.drop_index(f"ix_tool_executions_user_{column}", table_name="tool_executions")
