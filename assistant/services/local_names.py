"""The names of local sign-ins, as the database has them: keyed hashes, from which none is read.

The key hangs on ASSISTANT_SECRET_KEY, as that of the sessions does, so changing what wraps the
users' keys leaves it alone. When the secret itself was exchanged, the names are hashed anew at the
next start: who signs in knows their own, and the sealed label tells it to us.
"""

import hashlib
import hmac
import re
import unicodedata
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from assistant.database import system_session, user_session
from assistant.errors import NotFound
from assistant.key_ring import KeyLost
from assistant.models import Identity
from assistant.services.inputs import JOINERS
from assistant.services.keys import vault_in
from assistant.vault import Tampered, derived_key

LOCAL = "local"
LABEL = "identities.label"
UNSEEN = dict.fromkeys(map(ord, JOINERS))  # two names that look alike are one
HASHED = re.compile("hash-[0-9a-f]{12}-[0-9a-f]{64}")  # longer than any name

log = structlog.get_logger()


def subject_of(name: str) -> str:
    """What stands for this name, and for all that look like it. It begins with its key's name."""
    return _hashed(unicodedata.normalize("NFC", name.translate(UNSEEN)).lower())


def _hashed(plain: str) -> str:
    digest = hmac.new(derived_key("local name"), plain.encode(), hashlib.sha256)
    return _beginning() + digest.hexdigest()


def _beginning() -> str:
    return f"hash-{derived_key('name of the key of local names').hex()[:12]}-"


async def hash_anew() -> None:
    """Hash what is in clear, from before names were hashed, and what another secret has hashed."""
    old = text(
        "select user_id, subject from identities "
        "where issuer = :local and not starts_with(subject, :beginning)"
    )
    async with system_session() as session:
        named = {"local": LOCAL, "beginning": _beginning()}
        rows = (await session.execute(old, named)).all()
    for row in rows:
        try:
            await _hash_one(row.user_id, row.subject)
        except (Tampered, KeyLost, NotFound, IntegrityError) as error:  # it holds up nobody else
            log.warning("name_not_hashed", user=str(row.user_id), error=type(error).__name__)


async def _hash_one(user_id: UUID, subject: str) -> None:
    mine = select(Identity).where(Identity.issuer == LOCAL, Identity.subject == subject)
    async with user_session(user_id) as session:
        row = (await session.scalars(mine.with_for_update())).one_or_none()
        if row is None:  # another process was faster
            return
        if HASHED.fullmatch(subject):
            vault = await vault_in(session, [row.label])
            row.subject = subject_of(vault.open(LABEL, row.id, row.label or b""))
        else:
            row.subject = _hashed(subject)
