"""What a file is: told by its content, never by its name, and refused where that is in doubt."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from assistant.errors import Refused

TEXT, PDF = "text/plain", "application/pdf"
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
PACKED = {  # a file in the package that says what it is
    "word/document.xml": f"{OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{OFFICE}presentationml.presentation",
}
OPEN_KINDS = frozenset(f"{OPEN}{kind}" for kind in ("text", "spreadsheet", "presentation"))
DOCUMENTS = frozenset({PDF, *PACKED.values(), *OPEN_KINDS})
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
PACKAGE, _ENTRY_MARK = b"PK\x03\x04", b"PK\x01\x02"
PDF_MARK, PDF_LOOKED_AT = b"%PDF-", 1024  # readers look for the mark so far in
ENTRIES, UNPACKED_BYTES, SWELLING = 5_000, 200_000_000, 200
SEGMENTS = 1_000  # of a JPEG, before its size is told
SIDE, PIXELS = 10_000, 50_000_000

UNKNOWN = (
    "This kind of file is not taken: text, PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG, "
    "GIF and WebP are. Nothing was kept."
)
TWO_KINDS = "This file is of two kinds at once, so it cannot be trusted. Nothing was kept."
BOMB = "This document unpacks to far more than it is. Nothing was kept."
BROKEN = "This file is damaged or encrypted. Nothing was kept; check it, and try again."
HUGE = f"This picture has more than {SIDE:,} pixels on a side, or 50 million. Nothing was kept."


def kind_of(content: bytes) -> str:
    """Its media type. Raises Refused for what is not taken."""
    if content.startswith(PACKAGE):
        return _package(content)
    for mark, media in PICTURES.items():
        if content.startswith(mark):
            return _picture(content, media)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _picture(content, "image/webp")
    if is_zipfile(BytesIO(content)):
        raise Refused(TWO_KINDS)
    if content.startswith(PDF_MARK):
        return PDF
    if text_in(content) is None:
        raise Refused(UNKNOWN)
    return TEXT


def text_in(content: bytes) -> str | None:
    """The words of a text file, None where it is none."""
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _package(content: bytes) -> str:
    if PDF_MARK in content[:PDF_LOOKED_AT]:
        raise Refused(TWO_KINDS)
    if content.count(_ENTRY_MARK) > ENTRIES:  # before the directory is read, which takes long
        raise Refused(BOMB)
    try:
        with ZipFile(BytesIO(content)) as package:
            entries = package.infolist()
            _require_modest(entries, len(content))
            return _packed(package, {entry.filename for entry in entries})
    except (BadZipFile, zlib.error, struct.error, ValueError, OSError, RuntimeError) as error:
        raise Refused(BROKEN) from error


def _require_modest(entries: list[ZipInfo], size: int) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(BROKEN)
    if any(".." in entry.filename or entry.filename.startswith("/") for entry in entries):
        raise Refused(TWO_KINDS)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > min(UNPACKED_BYTES, SWELLING * size):
        raise Refused(BOMB)


def _packed(package: ZipFile, names: set[str]) -> str:
    kinds = [media for name, media in PACKED.items() if name in names]
    if "mimetype" in names:
        with package.open("mimetype") as file:
            kinds.append(file.read(100).decode("ascii", "replace").strip())
    if len(kinds) > 1:
        raise Refused(TWO_KINDS)
    if not kinds or kinds[0] not in DOCUMENTS:
        raise Refused(UNKNOWN)
    return kinds[0]


def _picture(content: bytes, media: str) -> str:
    if is_zipfile(BytesIO(content)) or PDF_MARK in content[:PDF_LOOKED_AT]:
        raise Refused(TWO_KINDS)
    try:
        width, height = next(_SIZES[media](content))
    except (StopIteration, struct.error) as error:
        raise Refused(BROKEN) from error
    if not width or not height:
        raise Refused(BROKEN)
    if max(width, height) > SIDE or width * height > PIXELS:
        raise Refused(HUGE)
    return media


def _png(content: bytes) -> Iterator[tuple[int, int]]:
    if content[12:16] == b"IHDR":
        yield struct.unpack(">II", content[16:24])


def _gif(content: bytes) -> Iterator[tuple[int, int]]:
    yield struct.unpack("<HH", content[6:10])


def _jpeg(content: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    for _ in range(SEGMENTS):
        if content[at : at + 1] != b"\xff":
            return
        mark, length = struct.unpack(">BH", content[at + 1 : at + 4])
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):  # the start of a frame
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            yield width, height
        at += 2 + length


def _webp(content: bytes) -> Iterator[tuple[int, int]]:
    kind, body = content[12:16], content[20:30]
    if len(body) < 10:
        return
    if kind == b"VP8X":
        yield 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        yield 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        yield width & 0x3FFF, height & 0x3FFF


_SIZES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif, "image/webp": _webp}
