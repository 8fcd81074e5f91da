"""The worker removes the attempts to sign in that have run out, all at once."""

from alembic import op

from assistant.models.isolation import removable

revision = "0004"
down_revision = "0003"


def upgrade(roles, **_):
    for statement in removable("sign_in_attempts", "expires_at < now()", roles):
        op.execute(statement)


def downgrade(roles, **_):
    for policy in ("removed_by_worker", "no_more_by_worker"):
        op.execute(f"drop policy {policy} on sign_in_attempts")
    op.execute(f'revoke delete on sign_in_attempts from "{roles.worker}"')
