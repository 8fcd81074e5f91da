"""A WebP with only what is drawn of it: where it was taken, and by what, is left out."""

import struct
from collections.abc import Iterator

from assistant.connectors.picture_page import DAMAGED, Unfit

FIRST_CHUNK = 12
CHUNKS = 1_000
DRAWN = (b"VP8X", b"ALPH", b"VP8 ", b"VP8L")
MOVES, CLEAR = 0x02, 0x10  # flags: it is animated; parts of it are transparent
EVERYDAY = b"\0" * 10  # the canvas of one that has none
ANIMATED = "This picture moves, so it cannot be shown. Saved as a still picture, it can."


def webp_bare(content: bytes) -> tuple[bytes, int, int]:
    """The picture, its width and its height. Raises Unfit for one that is damaged or moves."""
    try:
        chunks = [(kind, body) for kind, body in _chunks(content) if kind in DRAWN]
        width, height = _size(_each_once(chunks))
    except (struct.error, ValueError) as error:
        raise Unfit(DAMAGED) from error
    packed = b"".join(_packed(kind, body) for kind, body in chunks)
    return b"RIFF%bWEBP%b" % (struct.pack("<I", 4 + len(packed)), packed), width, height


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Raises ValueError where the file is shorter than it says."""
    (size,) = struct.unpack_from("<I", content, 4)
    end, at = 8 + size, FIRST_CHUNK
    if end > len(content):
        raise ValueError(end)
    for _ in range(CHUNKS):
        if at >= end:
            return
        kind, length = struct.unpack_from("<4sI", content, at)
        if at + 8 + length > end:
            raise ValueError(at)
        yield kind, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _each_once(chunks: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Raises ValueError for a second picture in the file, which another reader might draw."""
    found = dict(chunks)
    if len(found) < len(chunks) or {b"VP8 ", b"VP8L"} <= found.keys():
        raise ValueError(found.keys())
    return found


def _size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    canvas = chunks.get(b"VP8X", EVERYDAY)
    if len(canvas) != len(EVERYDAY):
        raise ValueError(canvas)
    if canvas[0] & MOVES:
        raise Unfit(ANIMATED)
    if lossless := chunks.get(b"VP8L"):
        _, bits = struct.unpack_from("<BI", lossless)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    frame = chunks.get(b"VP8 ", b"")
    if frame[3:6] != b"\x9d\x01\x2a":
        raise ValueError(frame[:6])
    width, height = struct.unpack_from("<HH", frame, 6)
    return width & 0x3FFF, height & 0x3FFF


def _packed(kind: bytes, body: bytes) -> bytes:
    if kind == b"VP8X":
        body = bytes([body[0] & CLEAR]) + body[1:]
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
