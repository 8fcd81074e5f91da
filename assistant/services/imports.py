"""Reads an export back: conversations, files and notes, each whole or not at all, and settings.

The log of tools, approvals and usage are the history of another place, and stay out of the log and
the limits of this one. Ways in, sessions, connections and permissions stay out, too: no file gives
power.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

from pydantic import BaseModel, ValidationError

from assistant.errors import Busy, Refused
from assistant.services import imported_files, imported_notes, imported_settings, imported_talks
from assistant.services.archive import FORMAT, PRODUCT
from assistant.services.imported import Imported, Left
from assistant.services.one_each import OneEach
from assistant.services.sessions import User
from assistant.services.unpacking import ARCHIVE_BYTES, NO_ARCHIVE, Package

TOO_NEW = (
    "This archive was made by a newer version of the assistant. Nothing was imported; update this "
    "one first."
)
UNDER_WAY = "An archive of yours is being imported already. Wait until that is done."

FULL = (
    "Other archives are being imported at the moment. Nothing was imported; try again in a minute."
)
TOO_LARGE = (
    f"This archive has more than {ARCHIVE_BYTES // 1_000_000} MB, which is the most that can be "
    "imported at once. Nothing was imported."
)
TOO_SLOW = "The archive came too slowly. Nothing was imported; try again over a faster connection."
AT_ONCE = 2  # archives in the memory of this process
WAIT_SECONDS = 30
PAUSE_SECONDS = 20.0  # how long nothing may come
SLOWEST = 175_000  # bytes a second: 50 MB take five minutes
AT_MOST_SECONDS = 600.0  # for what is in it
TOO_LONG = Left(
    "The rest of the archive",
    "to import all of it took longer than ten minutes. What came in is kept; import the same "
    "archive again, and it goes on where it ended",
)

ONE_EACH = OneEach(UNDER_WAY)
_PLACES = asyncio.Semaphore(AT_ONCE)


class _Manifest(BaseModel):
    product: str
    format: int


async def import_from(user: User, pieces: AsyncIterator[bytes]) -> Imported:
    """Import an archive as it comes in; nothing of it is read before there is room for it.

    Raises Refused when it is too large, too slow or no archive, and Busy while the user's last one
    is being imported, or too many are. NotSignedIn and Leaving end it in the middle, too.
    """
    with ONE_EACH.held(user.id):
        async with _room():
            return await import_archive(user, await _received(pieces))


@asynccontextmanager
async def _room() -> AsyncIterator[None]:
    """One of the few places; archives lie in memory, because they are in clear."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await _PLACES.acquire()
    except TimeoutError as error:
        raise Busy(FULL, minutes=1) from error
    try:
        yield
    finally:
        _PLACES.release()


async def _received(pieces: AsyncIterator[bytes]) -> bytes:
    body, now = BytesIO(), asyncio.get_running_loop().time
    began = now()
    try:
        async with asyncio.timeout(PAUSE_SECONDS) as limit:
            async for piece in pieces:
                body.write(piece)
                if body.tell() > ARCHIVE_BYTES:
                    raise Refused(TOO_LARGE)
                limit.reschedule(began + PAUSE_SECONDS + body.tell() / SLOWEST)
    except TimeoutError as error:
        raise Refused(TOO_SLOW) from error
    return body.getvalue()  # not copied: the buffer itself


async def import_archive(user: User, given: bytes) -> Imported:
    """Import what an archive holds that `export.py` has made, or somebody else.

    Raises Refused when it is no such archive. What was imported stays, also when the database goes
    away in the middle, or the session ends: then NotSignedIn, or Leaving. So it does when it takes
    too long, which is told as the first of what was skipped.
    """
    package, done = await asyncio.to_thread(_opened, given), Imported()
    try:
        async with asyncio.timeout(AT_MOST_SECONDS) as limit:
            await _bring_back(user, package, done)
    except TimeoutError:
        if not limit.expired():
            raise
        done.skipped.insert(0, TOO_LONG.as_skipped())
    return done


async def _bring_back(user: User, package: Package, done: Imported) -> None:
    places = await imported_files.bring_back(user, package, done)
    await imported_talks.bring_back(user, package, places, done)
    await imported_notes.bring_back(user, package, done)
    await imported_settings.bring_back(user, package, done)


def _opened(given: bytes) -> Package:
    package = Package.of(given)
    try:
        manifest = _Manifest.model_validate_json(package.manifest())
    except ValidationError as error:
        raise Refused(NO_ARCHIVE) from error
    if manifest.product != PRODUCT:
        raise Refused(NO_ARCHIVE)
    if manifest.format > FORMAT:
        raise Refused(TOO_NEW)
    return package
