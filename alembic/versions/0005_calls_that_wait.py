"""Calls that wait for the user, what the user permits, notes, and more of what befell a call."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from assistant.models.isolation import discoverable, protect

revision = "0005"
down_revision = "0004"

TABLES = ("notes", "tool_permissions", "approvals")
DISCOVERABLE = {
    "approvals": ("id", "user_id", "status", "expires_at", "run_at", "lease_until", "turn_id"),
    "notes": ("id", "user_id", "deleted_at"),
}
STATUSES = "'done', 'failed'"
MORE_STATUSES = f"{STATUSES}, 'started', 'denied', 'asked', 'approved', 'expired', 'undone'"
OPEN_TURNS = "create unique index uq_turns_open on turns (user_id, conversation_id) where status"


def only(statuses):
    op.drop_constraint(op.f("ck_tool_executions_status"), "tool_executions", type_="check")
    allowed = f"status in ({statuses})"
    op.create_check_constraint(op.f("ck_tool_executions_status"), "tool_executions", allowed)


def upgrade(roles, **_):
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("tainted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("call_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["profiles.user_id"], name=op.f("fk_notes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("user_id", "call_key", name=op.f("uq_notes_user_id_call_key")),
    )
    op.create_index(
        "ix_notes_deleted",
        "notes",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at is not null"),
    )
    op.create_index(
        "ix_notes_user_changed",
        "notes",
        ["user_id", sa.literal_column("changed_at desc")],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_table(
        "tool_permissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("tool", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("target", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "rule in ('off', 'ask', 'allow', 'grant')", name=op.f("ck_tool_permissions_rule")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id", "user_id"],
            ["conversations.id", "conversations.user_id"],
            name=op.f("fk_tool_permissions_conversation_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_tool_permissions_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_permissions")),
    )
    op.create_index(
        "ix_tool_permissions_user_conversation",
        "tool_permissions",
        ["user_id", "conversation_id"],
        unique=False,
    )
    op.create_index(
        "ix_tool_permissions_user_tool", "tool_permissions", ["user_id", "tool"], unique=False
    )
    op.create_index(
        "uq_tool_permissions_rule",
        "tool_permissions",
        ["user_id", "tool"],
        unique=True,
        postgresql_where=sa.text("rule <> 'grant'"),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tool", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("effect", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("arguments", sa.LargeBinary(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.CheckConstraint(
            "effect in ('read', 'write', 'send', 'destroy')", name=op.f("ck_approvals_effect")
        ),
        sa.CheckConstraint(
            "status in ('pending', 'approved', 'denied', 'expired', 'executing', 'done', 'failed')",
            name=op.f("ck_approvals_status"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id", "user_id"],
            ["conversations.id", "conversations.user_id"],
            name=op.f("fk_approvals_conversation_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "user_id"],
            ["messages.id", "messages.user_id"],
            name=op.f("fk_approvals_message_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id", "user_id"],
            ["turns.id", "turns.user_id"],
            name=op.f("fk_approvals_turn_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["profiles.user_id"], name=op.f("fk_approvals_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("id", "user_id", name=op.f("uq_approvals_id_user_id")),
    )
    op.create_index(
        "ix_approvals_due",
        "approvals",
        ["run_at"],
        unique=False,
        postgresql_where=sa.text("status in ('pending', 'approved', 'executing')"),
    )
    op.create_index(
        "ix_approvals_user_conversation", "approvals", ["user_id", "conversation_id"], unique=False
    )
    op.create_index(
        "ix_approvals_user_created",
        "approvals",
        ["user_id", sa.literal_column("created_at desc")],
        unique=False,
    )
    op.create_index(
        "ix_approvals_user_message", "approvals", ["user_id", "message_id"], unique=False
    )
    op.create_index("ix_approvals_user_turn", "approvals", ["user_id", "turn_id"], unique=False)
    op.add_column(
        "tool_executions",
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
    )
    op.add_column("tool_executions", sa.Column("undo", sa.LargeBinary(), nullable=True))
    op.add_column("tool_executions", sa.Column("undoes", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_tool_executions_user_id_undoes"), "tool_executions", ["user_id", "undoes"]
    )
    op.create_index(
        "ix_turns_waiting",
        "turns",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    only(MORE_STATUSES)
    op.drop_index("uq_turns_open", table_name="turns")
    op.execute(f"{OPEN_TURNS} = 'running'")  # what waits holds up no conversation
    for table in TABLES:
        for statement in protect(table, roles):
            op.execute(statement)
    op.execute(f'grant select (conversation_id) on turns to "{roles.worker}"')
    for table, columns in DISCOVERABLE.items():
        for statement in discoverable(table, columns, roles):
            op.execute(statement)


def downgrade(roles, **_):
    op.execute(f'revoke select (conversation_id) on turns from "{roles.worker}"')  # noqa: S608
    op.execute("update turns set status = 'interrupted' where status = 'waiting'")
    op.execute("update messages set status = 'interrupted' where status = 'waiting'")
    op.drop_index("uq_turns_open", table_name="turns")
    op.execute(f"{OPEN_TURNS} in ('running', 'waiting')")
    op.execute(f"delete from tool_executions where status not in ({STATUSES})")  # noqa: S608
    only(STATUSES)
    op.drop_index(
        "ix_turns_waiting", table_name="turns", postgresql_where=sa.text("status = 'waiting'")
    )
    op.drop_constraint(op.f("uq_tool_executions_user_id_undoes"), "tool_executions", type_="unique")
    op.drop_column("tool_executions", "undoes")
    op.drop_column("tool_executions", "undo")
    op.drop_column("tool_executions", "rule")
    op.drop_index("ix_approvals_user_turn", table_name="approvals")
    op.drop_index("ix_approvals_user_message", table_name="approvals")
    op.drop_index("ix_approvals_user_created", table_name="approvals")
    op.drop_index("ix_approvals_user_conversation", table_name="approvals")
    op.drop_index(
        "ix_approvals_due",
        table_name="approvals",
        postgresql_where=sa.text("status in ('pending', 'approved', 'executing')"),
    )
    op.drop_table("approvals")
    op.drop_index(
        "uq_tool_permissions_rule",
        table_name="tool_permissions",
        postgresql_where=sa.text("rule <> 'grant'"),
    )
    op.drop_index("ix_tool_permissions_user_tool", table_name="tool_permissions")
    op.drop_index("ix_tool_permissions_user_conversation", table_name="tool_permissions")
    op.drop_table("tool_permissions")
    op.drop_index(
        "ix_notes_user_changed", table_name="notes", postgresql_where=sa.text("deleted_at is null")
    )
    op.drop_index(
        "ix_notes_deleted", table_name="notes", postgresql_where=sa.text("deleted_at is not null")
    )
    op.drop_table("notes")
