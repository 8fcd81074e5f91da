"""The text of documents, read beside the program within limits."""

import asyncio
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

from assistant.connectors.aside import Failed, aside
from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.document_text import LONGEST
from assistant.connectors.plain_text import plain

__all__ = ["LONGEST", "MEMORY", "Unreadable", "readers", "text_of", "unpacked"]

READER = Path(__file__).with_name("document_text.py")
SECONDS = 20
MEMORY = 1536 * MEGABYTE
PDF = "application/pdf"
LIBRARY_BYTES = 64 * MEGABYTE
EMPTY = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

readers = asyncio.Semaphore(2)  # each may take a whole processor
_unpacking = asyncio.Lock()


class Unreadable(Exception):
    """The document is damaged, or built in such a way that its text cannot be read."""


async def text_of(content: bytes, media: str, libraries: Path) -> str:
    """At most LONGEST characters of what can be read in a document. Raises Unreadable.

    libraries: the whole path of a folder of our own; see `unpacked`.
    """
    async with readers:
        folder = await unpacked(libraries) if media == PDF else libraries
        return plain(await _read(folder, content, media))


async def unpacked(libraries: Path) -> Path:
    """The folder with the library's reader of PDF.

    The library unpacks it once, else in a folder that is everybody's. It does so for a document of
    ours: what others sent can write nothing.
    """
    folder = libraries / f"kreuzberg-{version('kreuzberg')}"
    async with _unpacking:
        if not await asyncio.to_thread(folder.exists):
            await _unpack(folder)
    return folder


async def _unpack(folder: Path) -> None:
    """In a folder that gets its name when all of it is there."""
    made = folder.with_name(f"{folder.name}.{uuid4().hex}")
    made.mkdir(parents=True, mode=0o700)
    await _read(made, EMPTY, PDF, writes=LIBRARY_BYTES)
    _rename(made, folder)


def _rename(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        rmtree(made)  # another process was first


async def _read(folder: Path, content: bytes, media: str, writes: int = 0) -> str:
    given = b"\n".join((str(folder).encode(), media.encode(), content))
    try:
        said = await aside(READER, given, seconds=SECONDS, memory=MEMORY, writes=writes)
    except Failed as error:
        raise Unreadable from error
    return said.decode()
