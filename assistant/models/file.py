"""Files: what the user has uploaded, and what the assistant has written for them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by_user, sealed


class File(Owned, table=True):
    """One file as it was written once; another version is another row.

    Its bytes lie in the object store under the ids of user and row, sealed with a key of their
    own: `key`, which is sealed here. text: what can be read in it. tainted: others may have
    written it. deleted_at: until it was stored, and since it was deleted; then it can be brought
    back for some time.
    """

    __tablename__ = "files"
    __table_args__ = (
        owned_by_user(),
        UniqueConstraint("user_id", "call_key"),
        Index(
            "ix_files_user_created",
            "user_id",
            text("created_at desc"),
            postgresql_where=text("deleted_at is null"),
        ),
        Index("ix_files_deleted", "deleted_at", postgresql_where=text("deleted_at is not null")),
    )

    name: bytes | None = sealed()
    key: bytes | None = sealed()
    text: bytes | None = sealed()
    media: str
    size: int = Field(sa_type=BigInteger)
    stored: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    tainted: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    call_key: str | None = None
    deleted_at: datetime | None = moment()
