"""A file that somebody gives us: looked at, read, and kept."""

import asyncio
from uuid import UUID

from assistant.config import settings
from assistant.connectors.documents import LONGEST, Unreadable, text_of
from assistant.connectors.plain_text import plain
from assistant.errors import Refused
from assistant.services import files
from assistant.services.file_kinds import BROKEN, DOCUMENTS, TEXT, kind_of, text_in
from assistant.services.file_names import require_name
from assistant.services.files import Came, File, New

FILE_BYTES = 20_000_000
TOO_LARGE = f"This file is too large: {FILE_BYTES // 1_000_000} MB fit. Nothing was kept."
EMPTY = "There is nothing in this file. Nothing was kept."


async def upload(user_id: UUID, name: str, content: bytes, came: Came | None = None) -> File:
    """Keep a file of the user. Raises Refused with the reason, and StorageAway.

    came: where it was imported from.
    """
    require_name(name)
    if not content:
        raise Refused(EMPTY)
    if len(content) > FILE_BYTES:
        raise Refused(TOO_LARGE)
    media = await asyncio.to_thread(kind_of, content)
    new = New(name, media, content, await _text(content, media), came=came)
    return await files.keep(user_id, new)


async def _text(content: bytes, media: str) -> str | None:
    """What can be read in it, None in a picture."""
    if media == TEXT:
        return await asyncio.to_thread(plain, (text_in(content) or "")[:LONGEST])
    if media not in DOCUMENTS:
        return None
    libraries = settings().assistant_data_dir.absolute() / "libraries"
    try:
        return await text_of(content, media, libraries)
    except Unreadable as error:
        raise Refused(BROKEN) from error
