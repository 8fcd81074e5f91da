"""Runs the migrations on the connection that `assistant/migration.py` hands over."""

from alembic import context

from assistant import models
from assistant.models.isolation import Roles

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=models.Owned.metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations(roles=Roles.of(connection.engine.url.database))
