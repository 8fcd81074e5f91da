"""Plans are sold through Stripe: what a subscription is, and which notices of it were taken."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from assistant.models.isolation import discoverable, protect

revision = "0011"
down_revision = "0010"

WORDS = ("next_tier", "trouble", "checkout")
NUMBERS = {"seats": "1", "next_seats": "0", "asked": "0", "told": "0"}
MOMENTS = ("lasts_until", "trial_ends_at", "trialed_at", "grace_until", "check_at")
NAMES = ("stripe_customer", "stripe_subscription")
FOUND = ("user_id", "stripe_customer", "check_at")


def upgrade(roles, **_):
    text = sqlmodel.sql.sqltypes.AutoString
    for name in NAMES:
        op.add_column("subscriptions", sa.Column(name, text(), nullable=True))
    for name in WORDS:
        op.add_column("subscriptions", sa.Column(name, text(), server_default="", nullable=False))
    for name, default in NUMBERS.items():
        op.add_column(
            "subscriptions", sa.Column(name, sa.Integer(), server_default=default, nullable=False)
        )
    for name in MOMENTS:
        op.add_column("subscriptions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(
        op.f("uq_subscriptions_stripe_customer"), "subscriptions", ["stripe_customer"]
    )
    op.create_check_constraint(
        op.f("ck_subscriptions_seats"), "subscriptions", "seats >= 1 and next_seats >= 0"
    )
    op.create_index(
        "ix_subscriptions_check",
        "subscriptions",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("check_at is not null"),
    )
    _create_events()
    for statement in protect("stripe_events", roles):
        op.execute(statement)
    for statement in discoverable("subscriptions", FOUND, roles):
        op.execute(statement)


def _create_events():
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "stripe_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("event_id", text(), nullable=False),
        sa.Column("type", text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", text(), nullable=False),
        sa.Column("reason", text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("status in ('done', 'failed')", name=op.f("ck_stripe_events_status")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["profiles.user_id"],
            name=op.f("fk_stripe_events_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_stripe_events_event_id")),
    )
    op.create_index(
        "ix_stripe_events_user",
        "stripe_events",
        ["user_id", sa.literal_column("created_at desc")],
        unique=False,
    )
    op.create_index(
        "ix_stripe_events_failed",
        "stripe_events",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'failed'"),
    )


def downgrade(roles, **_):
    op.drop_table("stripe_events")
    op.execute("drop policy found_by_worker on subscriptions")
    op.execute(f'revoke select ({", ".join(FOUND)}) on subscriptions from "{roles.worker}"')  # noqa: S608
    op.drop_index("ix_subscriptions_check", "subscriptions")
    op.drop_constraint("ck_subscriptions_seats", "subscriptions")
    op.drop_constraint("uq_subscriptions_stripe_customer", "subscriptions")
    for name in (*NAMES, *WORDS, *NUMBERS, *MOMENTS):
        op.drop_column("subscriptions", name)
