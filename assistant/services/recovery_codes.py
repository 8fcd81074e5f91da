"""Codes that stand in for the second factor, each once. Only their keyed hashes are stored.

The key hangs on the user's own, so that codes outlive a change of ASSISTANT_SECRET_KEY.
"""

import hashlib
import hmac
import re
import secrets

from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.database import user_of
from assistant.models import RecoveryCode
from assistant.services.keys import vault_in
from assistant.vault import Vault

COUNT = 10
CHARACTERS = 12  # of 32 kinds: 60 bits
GROUP = 4
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no two look alike
SHAPE = re.compile(f"[{ALPHABET}]{{{CHARACTERS}}}")
_READ_AS = str.maketrans("oil", "011", "-")


async def renew(session: AsyncSession) -> list[str]:
    """Make new codes in place of the user's old ones; they can be read only here and now."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS)) for _ in range(COUNT)]
    await session.execute(delete(RecoveryCode))
    user_id, vault = user_of(session), await vault_in(session)
    session.add_all(RecoveryCode(user_id=user_id, hash=_hash(vault, code)) for code in codes)
    return ["-".join(re.findall(f".{{{GROUP}}}", code)) for code in codes]


def read(text: str) -> str:
    """What was typed, as it is compared: small, without dashes, look-alikes as digits."""
    return text.lower().translate(_READ_AS)


async def take(session: AsyncSession, code: str) -> bool:
    """Use up this code. Whether it was one of the user's that was not used before."""
    mine = col(RecoveryCode.hash) == _hash(await vault_in(session), code)
    unused = update(RecoveryCode).where(mine, col(RecoveryCode.used_at).is_(None))
    used = unused.values(used_at=func.now()).returning(col(RecoveryCode.id))
    return (await session.execute(used)).first() is not None


async def left(session: AsyncSession) -> int:
    """How many of the user's codes were not used."""
    unused = select(func.count()).where(col(RecoveryCode.used_at).is_(None))
    return (await session.scalars(unused)).one()


def _hash(vault: Vault, code: str) -> bytes:
    return hmac.new(vault.derived("recovery codes"), code.encode(), hashlib.sha256).digest()
