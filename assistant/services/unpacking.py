"""An archive that somebody gives us: opened within bounds, and never believed.

Names lead nowhere: nothing is written to disk, and what has not the name of a conversation is not
opened. Sizes are counted while they are unpacked, whatever the archive says of itself.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from assistant.errors import Refused
from assistant.services.archive import MANIFEST

ARCHIVE_BYTES = 50_000_000
ENTRY_BYTES = 8_000_000  # about 4,000 pages; once read it takes many times that
ALL_BYTES = 500_000_000
CONVERSATIONS = 20_000  # files of conversations
FILES = 60_000  # of any kind: an export has two for each conversation, and some more

NO_ARCHIVE = (
    "This file is no archive that can be read (a whole ZIP file, as an export makes it). "
    "Nothing was imported; choose the file that the export has given you."
)
TOO_MANY = (
    f"This archive holds more than {CONVERSATIONS:,} conversations, or {FILES:,} files. "
    "Nothing was imported; its README.txt says how to bring it back in parts."
)
TOO_MUCH = "the archive unpacks to more than 500 MB; from here on nothing was read"
TOO_LARGE = "it unpacks to more than 8 MB"
BROKEN = "it is damaged, encrypted, or packed in a way that is not read here"

_BROKEN = (
    BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError, OSError,
    NotImplementedError,
)  # fmt: skip
_ENTRY_MARK = b"PK\x01\x02"  # begins each line of the directory
_IN_FOLDER = r"(?:[^/\\]+/)?"  # some programs pack a folder around everything
_CONVERSATION = re.compile(rf"{_IN_FOLDER}conversations/[^/\\]+\.json")
_MANIFEST = re.compile(rf"{_IN_FOLDER}{re.escape(MANIFEST)}")
_ENCRYPTED = 0x1
_FOREIGN = re.compile(r"(^|/)(\.\.?|__MACOSX)/")


class Unpacked(NamedTuple):
    """One file of an archive. why: the reason when it could not be read, else ""."""

    name: str
    content: bytes = b""
    why: str = ""


@dataclass(slots=True)
class Package:
    """A given archive. left: how many bytes may still be unpacked."""

    file: ZipFile
    left: int = ALL_BYTES

    @classmethod
    def of(cls, given: bytes) -> "Package":
        """Read its directory. Raises Refused."""
        if given.count(_ENTRY_MARK) > FILES:
            raise Refused(TOO_MANY)
        try:
            package = cls(ZipFile(BytesIO(given)))
        except _BROKEN as error:
            raise Refused(NO_ARCHIVE) from error
        if len(package._named(_CONVERSATION)) > CONVERSATIONS:
            raise Refused(TOO_MANY)
        return package

    def manifest(self) -> bytes:
        """What the archive says of itself. Raises Refused when it says nothing."""
        found = self._named(_MANIFEST)
        unpacked = self._unpacked(found[0]) if found else None
        if unpacked is None or unpacked.why:
            raise Refused(NO_ARCHIVE)
        return unpacked.content

    def conversations(self) -> Iterator[Unpacked]:
        """The files that by their names hold conversations, in the order of their names."""
        for info in sorted(self._named(_CONVERSATION), key=lambda each: each.filename):
            yield self._unpacked(info)
            if not self.left:
                return

    def _named(self, pattern: re.Pattern[str]) -> list[ZipInfo]:
        infos = self.file.infolist()
        return [
            each
            for each in infos
            if pattern.fullmatch(each.filename) and not _FOREIGN.search(each.filename)
        ]

    def _unpacked(self, info: ZipInfo) -> Unpacked:
        if info.flag_bits & _ENCRYPTED or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            return Unpacked(info.filename, why=BROKEN)
        at_most = min(self.left, ENTRY_BYTES)
        try:
            with self.file.open(info) as file:
                content = file.read(at_most + 1)
        except _BROKEN:
            return Unpacked(info.filename, why=BROKEN)
        self.left -= min(len(content), self.left)
        if len(content) <= at_most:
            return Unpacked(info.filename, content)
        return Unpacked(info.filename, why=TOO_LARGE if self.left else TOO_MUCH)
