"""Who pays for several seats gives them to others, and the plan holds for these, too."""

import sqlalchemy as sa
from alembic import op

from assistant.models.isolation import protect
from assistant.models.oversight import overseen_with_seats, overseen_without_seats
from assistant.models.seating import FUNCTIONS, READ, seated

revision = "0015"
down_revision = "0014"

BEGINNINGS = ("began_at", "paid_from")


def upgrade(roles, **_):
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", moment, nullable=True),
        sa.CheckConstraint(
            "member_id is null or taken_at is not null", name=op.f("ck_seats_taken")
        ),
        sa.CheckConstraint("member_id <> user_id", name=op.f("ck_seats_of_another")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_seats_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["profiles.user_id"],
            name=op.f("fk_seats_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint("hash", name=op.f("uq_seats_hash")),
        sa.UniqueConstraint("member_id", name=op.f("uq_seats_member_id")),
    )
    op.create_index("ix_seats_user", "seats", ["user_id"])
    for name in BEGINNINGS:
        op.add_column("subscriptions", sa.Column(name, moment, nullable=True))
    kept = protect("seats", roles, read_only=True)
    for statement in (*kept, *seated(roles), *overseen_with_seats(roles)):
        op.execute(statement)


def downgrade(roles, **_):
    for statement in overseen_without_seats(roles):
        op.execute(statement)
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.drop_table("seats")
    op.execute("drop policy read_by_usher on subscriptions")
    columns = ", ".join(READ["subscriptions"])
    op.execute(f'revoke select ({columns}) on subscriptions from "{roles.usher}"')  # noqa: S608
    for name in BEGINNINGS:
        op.drop_column("subscriptions", name)
