"""What makes sealed messages findable: for each, which fragments it holds, as bits.

A fragment is one to four characters of the folded text. The user's key says which places of
a Bloom filter it takes, so that the bits tell nothing without the key, and those of two users have
nothing in common. A filter never misses what is there; what it claims is verified by opening the
message (`search.py`). A message that is too various for the largest filter claims everything, and
so does one that does not open.
"""

import asyncio
from collections.abc import Iterable
from itertools import chain
from typing import Any
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update
from sqlmodel.sql.expression import Select

from assistant.database import user_session
from assistant.models import Message, SearchSignature
from assistant.services import contents, messages
from assistant.services.batches import batches
from assistant.services.folding import folded
from assistant.services.keys import vault_in
from assistant.vault import Tampered, Vault

LONGEST_FRAGMENT = 4
PLACES_OF_A_FRAGMENT = 2
PLACES_OF_A_QUERY = 24  # more than enough to leave hardly any wrong claim
SMALLEST_BITS, LARGEST_BITS = 256, 32_768  # powers of two; the largest still fits into a row
CLAIMS_ALL = b"\xff"
ONE = ord("1")
AT_ONCE_CHARACTERS = 20_000  # above that, signing takes too long for whoever waits for an answer
BATCH = 100
BATCH_BYTES = 2_000_000  # sealed: messages are of any size
UNFINISHED = ("running", "waiting")

log = structlog.get_logger()


def bits_of(words: str, vault: Vault) -> bytes:
    """The filter of a text: up to 4 kB, bit n is bit n % 8 of byte n // 8."""
    places = _places(_fragments(folded(words)), vault)
    if len(places) > 2 * LARGEST_BITS:
        return CLAIMS_ALL
    size = SMALLEST_BITS
    while size < min(2 * len(places), LARGEST_BITS):
        size *= 2
    flags, last = bytearray(b"0") * size, size - 1
    for place in places:
        flags[last - (place & last)] = ONE
    return int(flags, 2).to_bytes(size // 8, "little")


def places_of(terms: Iterable[str], vault: Vault) -> list[int]:
    """Bits that the filter of every text with these terms has, modulo its size; longest first."""
    fragments = list(dict.fromkeys(chain.from_iterable(map(_in_order, terms))))
    fragments.sort(key=len, reverse=True)
    return list(_places(fragments[:PLACES_OF_A_QUERY], vault))[:PLACES_OF_A_QUERY]


def _in_order(term: str) -> list[str]:
    sizes = range(1, min(LONGEST_FRAGMENT, len(term)) + 1)
    return [term[at : at + size] for size in sizes for at in range(len(term) - size + 1)]


def _fragments(text: str) -> set[str]:
    moved = [text[at:] for at in range(LONGEST_FRAGMENT)]
    runs = (zip(*moved[:size], strict=False) for size in range(1, LONGEST_FRAGMENT + 1))
    return set(map("".join, chain.from_iterable(runs)))


def _places(fragments: Iterable[str], vault: Vault) -> list[int]:
    """Numbers of 16 bits: the first of each fragment, then the second of each, and so on.

    Each fragment is one block of AES, whose output nobody without the key tells from random; no two
    blocks are equal, so that they need no chaining. One call is much faster than as many HMACs.
    """
    blocks = "".join([fragment.ljust(4, "\0") for fragment in fragments]).encode("utf-32-le")
    cipher = Cipher(AES256(vault.derived("search")), ECB())  # noqa: S305
    numbers = memoryview(cipher.encryptor().update(blocks)).cast("H")
    return [place for which in range(PLACES_OF_A_FRAGMENT) for place in numbers[which::8]]


def signature(
    user_id: UUID, message_id: UUID, parts: list[contents.Entry], vault: Vault
) -> SearchSignature | None:
    """The row that makes a message findable; None for a long one, which `sign_waiting` will do."""
    words = contents.said(parts)
    if len(words) > AT_ONCE_CHARACTERS:
        return None
    return SearchSignature(user_id=user_id, message_id=message_id, bits=bits_of(words, vault))


async def sign_waiting(user_id: UUID) -> int:
    """Sign some of the user's finished messages that have no signature. Returns how many."""
    async with user_session(user_id) as session:
        waiting = (await session.execute(_waiting())).all()
        chosen = next(batches(waiting, BATCH, BATCH_BYTES), [])
        query = select(Message.id, Message.created_at, Message.content)
        rows = (await session.execute(query.where(col(Message.id).in_(chosen)))).all()
        vault = await vault_in(session, (row.content for row in rows))
        signed = await asyncio.to_thread(lambda: [_signed(user_id, row, vault) for row in rows])
        session.add_all(signed)
        await _mark(session, chosen)
    return len(chosen)


def _waiting() -> Select[UUID, int]:
    size = func.coalesce(func.octet_length(col(Message.content)), 0).label("size")
    return (
        select(col(Message.id), size)
        .where(~col(Message.searchable), col(Message.status).not_in(UNFINISHED))
        .order_by(col(Message.created_at).desc())
        .limit(BATCH)
        .with_for_update(skip_locked=True)  # another process does the same chore
    )


def _signed(user_id: UUID, row: Any, vault: Vault) -> SearchSignature:  # noqa: ANN401
    try:
        bits = bits_of(contents.said(messages.opened(row.id, row.content, vault)), vault)
    except Tampered:
        log.warning("message_unreadable", message=str(row.id))
        bits = CLAIMS_ALL  # once it is restored, it is found
    return SearchSignature(user_id=user_id, message_id=row.id, bits=bits, created_at=row.created_at)


async def _mark(session: AsyncSession, message_ids: list[UUID]) -> None:
    mine = col(Message.id).in_(message_ids)
    await session.execute(update(Message).where(mine).values(searchable=True))
