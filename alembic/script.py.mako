"""${message}"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade(roles, **_):
    ${upgrades if upgrades else "pass"}


def downgrade(**_):
    ${downgrades if downgrades else "pass"}
