"""Where the log of a user's calls and requests ends."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from assistant.models.base import Owned, owned_by_user


class AuditHead(Owned, table=True):
    """The end of a user's chain. The app can read it and no more; see `isolation.chained`.

    seq: the number of the last row of the log, 0 before the first. hash: the hash of that row.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (UniqueConstraint("user_id"), owned_by_user())

    seq: int = Field(sa_type=BigInteger)
    hash: bytes
