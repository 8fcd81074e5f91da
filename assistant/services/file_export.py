"""The files of an export: their bytes, each under a name that is safe everywhere."""

import re
from uuid import UUID

import structlog

from assistant.errors import NotFound
from assistant.services import files
from assistant.services.archive import Archive, slug
from assistant.services.conversation_export import Writing
from assistant.services.holdings import FILES

_ENDING = re.compile(r"[a-z0-9]{1,8}")

log = structlog.get_logger()


def archive_name(file_id: UUID, name: str) -> str:
    """Where a file stands in the archive."""
    stem, dot, ending = name.rpartition(".")
    if not _ENDING.fullmatch(ending.lower()):
        stem, dot, ending = name, "", ""
    return f"{FILES}{file_id.hex[:12]}-{slug(stem)}".rstrip("-") + dot + ending.lower()


async def write_all(user_id: UUID, archive: Archive) -> Writing:
    """All files that are not deleted. Those whose bytes are lost stand in the list alone."""
    for file in await files.listed(user_id):
        try:
            content = await files.content_of(user_id, file)
        except NotFound:
            log.warning("file_lost", file=str(file.id))
            continue
        with archive.entry(archive_name(file.id, file.name), file.created_at, file.size) as entry:
            entry.write(content)
        yield
