"""An archive that somebody gives us: opened within bounds, and never believed.

Names lead nowhere: nothing is written to disk, and what has not one of the names that an export
gives is not opened. Sizes are counted while they are unpacked, whatever the archive says of itself.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from assistant.errors import Refused
from assistant.services.archive import MANIFEST

ARCHIVE_BYTES = 50_000_000
ENTRY_BYTES = 8_000_000  # about 4,000 pages; once read it takes many times that
ALL_BYTES = 500_000_000
MOST_CONVERSATIONS = 20_000  # files of conversations
MOST_FILES = 60_000  # of any kind: an export has two for each conversation, and some more
MOST_LISTED = 10_000  # items of all lists of one name that are read

NO_ARCHIVE = (
    "This file is no archive that can be read (a whole ZIP file, as an export makes it). "
    "Nothing was imported; choose the file that the export has given you."
)
TOO_MANY = (
    f"This archive holds more than {MOST_CONVERSATIONS:,} conversations, or {MOST_FILES:,} files. "
    "Nothing was imported; its README.txt says how to bring it back in parts."
)
TOO_MUCH = "the archive unpacks to more than 500 MB; from here on nothing was read"
TOO_LARGE = "it unpacks to more than {} MB"
TOO_LONG = f"it lists more than {MOST_LISTED:,}; from there on nothing was read"
NOT_THERE = "list.json names it, but it is not in the archive"
TWICE = "two files of the archive have its name"
BROKEN = "it is damaged, encrypted, or packed in a way that is not read here"

_BROKEN = (
    BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError, OSError,
    NotImplementedError,
)  # fmt: skip
_ENTRY_MARK = b"PK\x01\x02"  # begins each line of the directory
_IN_FOLDER = r"(?:[^/\\]+/)?"  # some programs pack a folder around everything
_CONVERSATION = re.compile(rf"{_IN_FOLDER}conversations/[^/\\]+\.json")
_ENCRYPTED = 0x1
_BRACKETS = (b"", b"[", b"]")
_AROUND = 3  # what each list counts besides its items: it is opened, and has two brackets
_FILES = re.compile(rf"{_IN_FOLDER}files/[^/\\]+")
_FOREIGN = re.compile(r"(^|/)(\.\.?|__MACOSX)(/|$)")


class Unpacked(NamedTuple):
    """One file of an archive, or a line of it. why: the reason when it could not be read, else "".

    folder: the one around everything, where there is one.
    """

    name: str
    content: bytes = b""
    why: str = ""
    folder: str = ""


@dataclass(slots=True)
class Package:
    """A given archive. left: how many bytes may still be unpacked."""

    file: ZipFile
    left: int = ALL_BYTES
    entries: dict[str, list[ZipInfo]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: bytes) -> "Package":
        """Read its directory. Raises Refused."""
        if given.count(_ENTRY_MARK) > MOST_FILES:
            raise Refused(TOO_MANY)
        try:
            package = cls(ZipFile(BytesIO(given)))
        except _BROKEN as error:
            raise Refused(NO_ARCHIVE) from error
        if len(package._named(_CONVERSATION)) > MOST_CONVERSATIONS:
            raise Refused(TOO_MANY)
        return package

    def manifest(self) -> bytes:
        """What the archive says of itself. Raises Refused when it says nothing."""
        unpacked = self.document(MANIFEST)
        if unpacked is None or unpacked.why:
            raise Refused(NO_ARCHIVE)
        return unpacked.content

    def conversations(self) -> Iterator[Unpacked]:
        """The files that by their names hold conversations, in the order of their names."""
        for info in sorted(self._named(_CONVERSATION), key=lambda each: each.filename):
            yield self._unpacked(info)
            if not self.left:
                return

    def document(self, name: str) -> Unpacked | None:
        """The file of this name beside the manifest, the first one; None where there is none."""
        found = self._named(_in_folder(name))
        return self._unpacked(found[0]) if found else None

    def lines(self, name: str) -> Iterator[Unpacked]:
        """The items of the lists of this name, each a line, as `archive.Listing` writes them."""
        for number, line in enumerate(self._all_lines(name)):
            if number == MOST_LISTED + _AROUND:
                yield Unpacked(name, why=TOO_LONG)
                return
            if line.why or line.content not in _BRACKETS:
                yield line

    def beside(self, folder: str, name: str, at_most: int) -> Unpacked:
        """The file that a list names. at_most: so many bytes."""
        if not self.entries:
            for each in self._named(_FILES):
                self.entries.setdefault(each.filename, []).append(each)
        found = self.entries.get(f"{folder}{name}", ())
        if len(found) != 1:
            return Unpacked(name, why=TWICE if found else NOT_THERE)
        return self._unpacked(found[0], at_most)

    def _named(self, pattern: re.Pattern[str]) -> list[ZipInfo]:
        infos = self.file.infolist()
        return [
            each
            for each in infos
            if pattern.fullmatch(each.filename) and not _FOREIGN.search(each.filename)
        ]

    def _unpacked(self, info: ZipInfo, most: int = ENTRY_BYTES) -> Unpacked:
        if _is_foreign(info):
            return Unpacked(info.filename, why=BROKEN)
        at_most = min(self.left, most)
        try:
            with self.file.open(info) as file:
                content = file.read(at_most + 1)
        except _BROKEN:
            return Unpacked(info.filename, why=BROKEN)
        self.left -= min(len(content), self.left)
        if len(content) <= at_most:
            return Unpacked(info.filename, content)
        return Unpacked(info.filename, why=self._too_large(most))

    def _all_lines(self, name: str) -> Iterator[Unpacked]:
        """Every line, also an empty one, and one more for each list: reading them takes time."""
        for info in self._named(_in_folder(name)):
            folder = info.filename.removesuffix(name)
            yield Unpacked(info.filename)
            for line in self._lines(info):
                yield line._replace(folder=folder)

    def _lines(self, info: ZipInfo) -> Iterator[Unpacked]:
        """The lines of a list, up to what cannot be read."""
        if _is_foreign(info):
            yield Unpacked(info.filename, why=BROKEN)
            return
        try:
            with self.file.open(info) as file:
                while line := file.readline(min(self.left, ENTRY_BYTES) + 1):
                    if len(line) > min(self.left, ENTRY_BYTES):
                        self.left -= min(len(line), self.left)
                        yield Unpacked(info.filename, why=self._too_large(ENTRY_BYTES))
                        return
                    self.left -= len(line)
                    yield Unpacked(info.filename, line.strip().removesuffix(b","))
        except _BROKEN:
            yield Unpacked(info.filename, why=BROKEN)

    def _too_large(self, most: int) -> str:
        return TOO_LARGE.format(most // 1_000_000) if self.left else TOO_MUCH


def _in_folder(name: str) -> re.Pattern[str]:
    return re.compile(_IN_FOLDER + re.escape(name))


def _is_foreign(info: ZipInfo) -> bool:
    """Whether it is packed in a way that is not read here."""
    packed = info.compress_type in (ZIP_STORED, ZIP_DEFLATED)
    return not packed or bool(info.flag_bits & _ENCRYPTED)
