"""The worker may see which sessions are over, so that all closes without a notice."""

from alembic import op

from assistant.models.isolation import discoverable

revision = "0003"
down_revision = "0002"

DISCOVERABLE = {
    "login_sessions": ("id", "user_id", "revoked_at", "expires_at", "seen_at", "verified_at"),
    "second_factors": ("user_id", "confirmed_at"),
}


def upgrade(roles, **_):
    for table, columns in DISCOVERABLE.items():
        for statement in discoverable(table, columns, roles):
            op.execute(statement)


def downgrade(roles, **_):
    for table in DISCOVERABLE:
        op.execute(f"drop policy found_by_worker on {table}")
        op.execute(f'revoke select on {table} from "{roles.worker}"')  # noqa: S608
