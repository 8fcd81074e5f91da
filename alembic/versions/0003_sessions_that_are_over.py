"""The worker may see which sessions are over, so that their sockets close without a notice."""

from alembic import op

from assistant.models.isolation import discoverable

revision = "0003"
down_revision = "0002"

TABLE = "login_sessions"
COLUMNS = ("id", "revoked_at", "expires_at", "seen_at")


def upgrade(roles, **_):
    for statement in discoverable(TABLE, COLUMNS, roles):
        op.execute(statement)


def downgrade(roles, **_):
    op.execute(f"drop policy found_by_worker on {TABLE}")
    op.execute(f'revoke select on {TABLE} from "{roles.worker}"')  # noqa: S608
