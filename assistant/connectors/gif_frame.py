"""A script for `aside`: a GIF comes in, out goes its first frame for `framed` in `pictures.py`.

That is its width and height, its 256 colours, and the numbers of its pixels, row by row and packed.
It decodes in Python, which takes long and nothing else: what it reads can make it write nothing.
"""

import struct
import sys
import zlib

HEAD, BLOCK, FRAME, EXTENSION = 13, 10, 0x2C, 0x21
CONTROL = 0xF9
TABLE, INTERLACED, CLEAR = 0x80, 0x40, 0x01  # flags
MOST_CODES, LONGEST_CODE = 4_096, 12
PASSES = ((0, 8), (4, 8), (2, 4), (1, 2))
WHITE = b"\xff\xff\xff"


def first_frame(content: bytes) -> bytes:
    """The frame. Raises ValueError, IndexError or struct.error for a GIF that is damaged."""
    colours, at, clear = *_table(content[10], content, HEAD), None
    while content[at] != FRAME:
        if content[at] != EXTENSION:
            raise ValueError(at)
        if content[at + 1] == CONTROL and content[at + 3] & CLEAR:
            clear = content[at + 6]
        at = _blocks(content, at + 2)[1]
    width, height, flags = struct.unpack_from("<HHB", content, at + 5)
    own, at = _table(flags, content, at + BLOCK)
    palette = bytearray((own or colours).ljust(768, b"\0"))
    if clear is not None:
        palette[3 * clear : 3 * clear + 3] = WHITE
    pixels = _pixels(_blocks(content, at + 1)[0], content[at], width * height)
    rows = [pixels[start : start + width] for start in range(0, width * height, width)]
    packed = zlib.compress(b"".join(_in_order(rows) if flags & INTERLACED else rows), 1)
    return struct.pack(">II", width, height) + palette + packed


def _table(flags: int, content: bytes, at: int) -> tuple[bytes, int]:
    """The colours that stand here, if any do, and where they end."""
    end = at + (3 << (flags & 7) + 1 if flags & TABLE else 0)
    return content[at:end], end


def _blocks(content: bytes, at: int) -> tuple[bytes, int]:
    """What the blocks that begin here hold, and where they end."""
    pieces = []
    while size := content[at]:
        pieces.append(content[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(pieces), at + 1


def _pixels(packed: bytes, bits: int, size: int) -> bytes:
    """The numbers of so many pixels. Raises ValueError where they are fewer."""
    if not 1 <= bits <= 8 or not size:
        raise ValueError(bits)
    codes, pieces, left, held, have = Codes(bits), [], size, 0, 0
    for byte in packed:
        held, have = held | byte << have, have + 8
        while have >= (width := codes.width):
            piece = codes.take(held & (1 << width) - 1)
            held, have, left = held >> width, have - width, left - len(piece)
            pieces.append(piece)
            if left <= 0:
                return b"".join(pieces)[:size]
    raise ValueError(left)


class Codes:
    """LZW as in GIF: codes grow with the table of what they stand for."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._start = [bytes([number]) for number in range(1 << bits)] + [b"", b""]
        self._clear()

    def _clear(self) -> None:
        self._table, self._before, self.width = self._start.copy(), b"", self._bits + 1

    def take(self, code: int) -> bytes:
        """What the next code stands for. Raises ValueError at the end, and for one that is none."""
        table, before = self._table, self._before
        if code == 1 << self._bits:
            self._clear()
            return b""
        piece = table[code] if code < len(table) else before + before[:1]
        if code > len(table) or not piece:
            raise ValueError(code)
        if before and len(table) < MOST_CODES:
            table.append(before + piece[:1])
            self.width += len(table) == 1 << self.width and self.width < LONGEST_CODE
        self._before = piece
        return piece


def _in_order(rows: list[bytes]) -> list[bytes]:
    """The rows from the top down, which came in four passes."""
    ordered, given = rows.copy(), iter(rows)
    for first, step in PASSES:
        for at in range(first, len(rows), step):
            ordered[at] = next(given)
    return ordered


if __name__ == "__main__":
    sys.stdout.buffer.write(first_frame(sys.stdin.buffer.read()))
