"""Sessions that are renewed, sign-in by providers, a second factor, search, erasing an account."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from assistant.errors import CannotStart
from assistant.models.isolation import discoverable, protect

revision = "0002"
down_revision = "0001"

TABLES = ("sign_in_attempts", "second_factors", "recovery_codes", "search_signatures")
DISCOVERABLE = {
    "messages": ("user_id", "status", "searchable"),
    "profiles": ("user_id", "erase_at"),
    "sign_in_attempts": ("id", "user_id", "expires_at"),
    "user_keys": ("user_id", "number", "wrapped_by"),
}


def upgrade(roles, **_):
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    for name, column in (("user", "user_id"), ("expires", "expires_at")):
        op.create_index(f"ix_sign_in_attempts_{name}", "sign_in_attempts", [column])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_recovery_codes_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "hash", name=op.f("uq_recovery_codes_user_id_hash")),
    )
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "tries_from",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_second_factors_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factors")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_factors_user_id")),
    )
    op.create_table(
        "search_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id", "user_id"],
            ["messages.id", "messages.user_id"],
            name=op.f("fk_search_signatures_message_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_search_signatures_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_signatures")),
        sa.UniqueConstraint(
            "user_id", "message_id", name=op.f("uq_search_signatures_user_id_message_id")
        ),
    )
    op.create_index(
        "ix_search_signatures_user_created",
        "search_signatures",
        ["user_id", "created_at"],
        unique=False,
    )
    # Neither compressed nor moved elsewhere: a search reads one bit of each row.
    op.execute("alter table search_signatures alter column bits set storage plain")
    op.add_column(
        "messages",
        sa.Column("searchable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "ix_messages_unsearchable",
        "messages",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("not searchable"),
    )
    op.add_column(
        "identities",
        sa.Column(
            "provider", sqlmodel.sql.sqltypes.AutoString(), server_default="local", nullable=False
        ),
    )
    op.add_column("identities", sa.Column("label", sa.LargeBinary(), nullable=True))
    op.add_column(
        "identities",
        sa.Column(
            "used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.execute("delete from login_sessions")  # they cannot be renewed: everyone signs in again
    op.add_column("login_sessions", sa.Column("refresh_hash", sa.LargeBinary(), nullable=False))
    op.add_column("login_sessions", sa.Column("previous_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "login_sessions",
        sa.Column(
            "rotated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column(
        "login_sessions",
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.add_column(
        "login_sessions",
        sa.Column(
            "fresh_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.add_column(
        "login_sessions", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("login_sessions", sa.Column("device", sa.LargeBinary(), nullable=True))
    op.add_column("profiles", sa.Column("instructions", sa.LargeBinary(), nullable=True))
    op.add_column("profiles", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_profiles_erase",
        "profiles",
        ["erase_at"],
        unique=False,
        postgresql_where=sa.text("erase_at is not null"),
    )
    op.add_column(
        "user_keys", sa.Column("number", sa.Integer(), server_default="1", nullable=False)
    )
    op.drop_constraint(op.f("uq_user_keys_user_id"), "user_keys", type_="unique")
    op.create_unique_constraint(
        op.f("uq_user_keys_user_id_number"), "user_keys", ["user_id", "number"]
    )
    for table in TABLES:
        for statement in protect(table, roles):
            op.execute(statement)
    for table, columns in DISCOVERABLE.items():
        for statement in discoverable(table, columns, roles):
            op.execute(statement)


def downgrade(roles, **_):
    # Before 0002 a user had one key; without the later ones nothing opens that was sealed since.
    if later := op.get_bind().scalar(sa.text("select count(*) from user_keys where number > 1")):
        raise CannotStart(
            f"{later} data keys were made by a rotation, and revision 0001 has no room for them: "
            "what they have sealed would be lost. Nothing was changed; restore a backup from "
            "before the rotation to go back."
        )
    for table in ("messages", "profiles", "user_keys"):
        op.execute(f"drop policy found_by_worker on {table}")
        op.execute(f'revoke select on {table} from "{roles.worker}"')  # noqa: S608
    op.drop_constraint(op.f("uq_user_keys_user_id_number"), "user_keys", type_="unique")
    op.create_unique_constraint(
        op.f("uq_user_keys_user_id"), "user_keys", ["user_id"], postgresql_nulls_not_distinct=False
    )
    op.drop_column("user_keys", "number")
    op.drop_index(
        "ix_profiles_erase", table_name="profiles", postgresql_where=sa.text("erase_at is not null")
    )
    op.drop_column("profiles", "erase_at")
    op.drop_column("profiles", "instructions")
    op.drop_column("login_sessions", "device")
    op.drop_column("login_sessions", "verified_at")
    op.drop_column("login_sessions", "fresh_at")
    op.drop_column("login_sessions", "seen_at")
    op.drop_column("login_sessions", "rotated_at")
    op.drop_column("login_sessions", "previous_hash")
    op.drop_column("login_sessions", "refresh_hash")
    op.drop_column("identities", "used_at")
    op.drop_column("identities", "label")
    op.drop_column("identities", "provider")
    op.drop_index(
        "ix_messages_unsearchable",
        table_name="messages",
        postgresql_where=sa.text("not searchable"),
    )
    op.drop_column("messages", "searchable")
    op.drop_index("ix_search_signatures_user_created", table_name="search_signatures")
    op.drop_table("search_signatures")
    op.drop_table("second_factors")
    op.drop_table("recovery_codes")
    op.drop_table("sign_in_attempts")
