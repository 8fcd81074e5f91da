"""Files of the users; their bytes lie in the object store."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from assistant.models.isolation import discoverable, protect

revision = "0008"
down_revision = "0007"


def upgrade(roles, **_):
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("media", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("tainted", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("call_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["profiles.user_id"], name=op.f("fk_files_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("user_id", "call_key", name=op.f("uq_files_user_id_call_key")),
    )
    op.create_index(
        "ix_files_deleted",
        "files",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at is not null"),
    )
    op.create_index(
        "ix_files_user_created",
        "files",
        ["user_id", sa.literal_column("created_at desc")],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    for statement in protect("files", roles):
        op.execute(statement)
    for statement in discoverable("files", ("id", "user_id", "deleted_at"), roles):
        op.execute(statement)


def downgrade(**_):
    op.drop_index(
        "ix_files_user_created", table_name="files", postgresql_where=sa.text("deleted_at is null")
    )
    op.drop_index(
        "ix_files_deleted", table_name="files", postgresql_where=sa.text("deleted_at is not null")
    )
    op.drop_table("files")
