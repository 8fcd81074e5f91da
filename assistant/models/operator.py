"""Who runs the installation, and when they looked at what is counted of everybody.

The app can read a user's own rows of these and write none: an operator is made by a command of
whoever holds the database, and a look is written down by what lets them look (`oversight.py`).
"""

from sqlalchemy import Index, UniqueConstraint, text

from assistant.models.base import Owned, owned_by_user


class Operator(Owned, table=True):
    """This user may open the operator's page."""

    __tablename__ = "operators"
    __table_args__ = (UniqueConstraint("user_id"), owned_by_user())


class OperatorVisit(Owned, table=True):
    """One look of an operator at everybody's sums."""

    __tablename__ = "operator_visits"
    __table_args__ = (
        owned_by_user(),
        Index("ix_operator_visits_user_created", "user_id", text("created_at desc")),
    )
