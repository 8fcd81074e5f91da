"""A script for `aside`: an interlaced PNG comes in, out goes the same picture, row by row.

Its seven passes are taken apart and woven into whole rows, in Python, which takes long and nothing
else: what it reads can make it write nothing.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from itertools import accumulate

FIRST_CHUNK, HEAD = 8, b"IHDR"
KEPT = (b"PLTE", b"tRNS")
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the kind of colour
INDEXED = 3
PASSES = (  # where each begins, across and down, and its steps
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip


def woven(content: bytes) -> bytes:
    """The picture, of eight bits at least. Raises an error of Python for one that is damaged."""
    chunks = list(_chunks(content))
    width, height, depth, kind = struct.unpack(">IIBB", dict(chunks)[HEAD][:10])
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    shape = (width, height, depth, CHANNELS[kind])
    rows = _rows(zlib.decompressobj().decompress(packed, _size(*shape)), *shape)
    if depth < 8 and kind != INDEXED:
        rows = [row.translate(_grey(depth)) for row in rows]
    head = struct.pack(">IIBBBBB", width, height, max(depth, 8), kind, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    told = [
        (HEAD, head),
        *((n, b) for n, b in chunks if n in KEPT),
        (b"IDAT", body),
        (b"IEND", b""),
    ]
    return content[:FIRST_CHUNK] + b"".join(_chunk(*each) for each in told)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, name = FIRST_CHUNK, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        if struct.unpack_from(">I", content, at + 8 + length)[0] != zlib.crc32(name + body):
            raise ValueError(at)
        yield name, body
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _shapes(width: int, height: int) -> Iterator[tuple[int, int, tuple[int, int, int, int]]]:
    """How wide and high each pass is that is not empty."""
    for each in PASSES:
        left, top, across, down = each
        wide, high = -(-(width - left) // across), -(-(height - top) // down)
        if wide > 0 and high > 0:
            yield wide, high, each


def _size(width: int, height: int, depth: int, channels: int) -> int:
    bits = depth * channels
    return sum(high * (1 + -(-wide * bits // 8)) for wide, high, _ in _shapes(width, height))


def _rows(raw: bytes, width: int, height: int, depth: int, channels: int) -> list[bytes]:
    """The rows of the whole picture; pixels of less than eight bits become bytes."""
    bits, at = depth * channels, 0
    step = max(bits // 8, 1)
    rows = [bytearray(width * step) for _ in range(height)]
    for wide, high, (left, top, across, down) in _shapes(width, height):
        size = -(-wide * bits // 8)
        above = bytes(size)
        for number in range(high):
            above = _plain(raw[at], raw[at + 1 : at + 1 + size], above, step)
            row = _spread(above, depth)[: wide * step] if depth < 8 else above
            for part in range(step):
                into = slice(left * step + part, None, across * step)
                rows[top + number * down][into] = row[part::step]
            at += 1 + size
    return [bytes(row) for row in rows]


def _plain(how: int, row: bytes, above: bytes, step: int) -> bytes:
    """A row without its filter."""
    if len(row) < len(above):
        raise ValueError(len(row))
    if how == 0:
        return row
    if how == 2:
        return bytes((a + b) & 255 for a, b in zip(row, above, strict=True))
    plain = bytearray(len(row))
    for part in range(step):
        plain[part::step] = bytes(FILTERS[how](row[part::step], above[part::step]))
    return bytes(plain)


def _sub(row: bytes, _above: bytes) -> Iterator[int]:
    return accumulate(row, lambda left, each: (left + each) & 255)


def _average(row: bytes, above: bytes) -> Iterator[int]:
    left = 0
    for each, up in zip(row, above, strict=True):
        left = (each + (left + up) // 2) & 255
        yield left


def _paeth(row: bytes, above: bytes) -> Iterator[int]:
    left = corner = 0
    for each, up in zip(row, above, strict=True):
        to_left, to_up = abs(up - corner), abs(left - corner)
        to_corner = abs(left + up - 2 * corner)
        if to_left <= to_up and to_left <= to_corner:
            near = left
        else:
            near = up if to_up <= to_corner else corner
        left, corner = (each + near) & 255, up
        yield left


FILTERS = {1: _sub, 3: _average, 4: _paeth}


def _spread(row: bytes, depth: int) -> bytes:
    """The pixels of a row, of less than eight bits each, as bytes."""
    lowest = (1 << depth) - 1
    shifts = range(8 - depth, -1, -depth)
    return bytes(byte >> shift & lowest for byte in row for shift in shifts)


def _grey(depth: int) -> bytes:
    """What the greys of so many bits are of eight."""
    most = (1 << depth) - 1
    return bytes(min(value, most) * 255 // most for value in range(256))


if __name__ == "__main__":
    sys.stdout.buffer.write(woven(sys.stdin.buffer.read()))
