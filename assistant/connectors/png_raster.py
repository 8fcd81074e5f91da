"""A PNG in the form that PDF can hold: both pack their rows alike."""

import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.picture_page import DAMAGED, MASK, Raster, Unfit, stream

FIRST_CHUNK = 8
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the kind of colour
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
CLEAR = {4: 0, 6: 2}  # kinds with transparency, and the same without
SPACES = {0: b"/DeviceGray", 2: b"/DeviceRGB"}
HEAD_BEGIN, HEAD_END, ADAM7 = 16, 29, b"\x01"
WOVEN_BYTES = 12_000_000  # of its pixels: weaving them takes some seconds
INTERLACED = (
    "This picture is large and stored interlaced, so it cannot be shown. Saved anew, it can."
)


def is_interlaced(content: bytes) -> bool:
    """Whether it comes in passes. Raises Unfit for one that would take too long to be woven."""
    if content[HEAD_BEGIN - 4 : HEAD_BEGIN] != b"IHDR" or content[HEAD_END - 1 : HEAD_END] != ADAM7:
        return False
    width, height, depth, kind = struct.unpack_from(">IIBB", content, HEAD_BEGIN)
    if width * height * CHANNELS.get(kind, 1) * max(depth // 8, 1) > WOVEN_BYTES:
        raise Unfit(INTERLACED)
    return True


def png_raster(content: bytes) -> Raster:
    """The picture. Raises Unfit for one that is damaged, swells, or is interlaced."""
    try:
        chunks = _chunks(content)
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    except (struct.error, zlib.error) as error:
        raise Unfit(DAMAGED) from error
    if depth not in DEPTHS.get(kind, ()) or not width or not height:
        raise Unfit(DAMAGED)
    if interlaced:
        raise Unfit(INTERLACED)
    rows = _rows(chunks[b"IDAT"], 1 + -(-width * CHANNELS[kind] * depth // 8), height)
    if kind in CLEAR:
        return _apart(rows, width, height, kind, depth)
    for _row in rows:
        pass  # each is there
    space = SPACES.get(kind) or _palette(chunks[b"PLTE"], chunks[b"tRNS"])
    return Raster(width, height, _facts(width, CHANNELS[kind], depth, space), chunks[b"IDAT"])


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """What the chunks of each kind hold, up to the end of the picture."""
    found: dict[bytes, list[bytes]] = defaultdict(list)
    at = FIRST_CHUNK
    while b"IEND" not in found:
        length, kind = struct.unpack_from(">I4s", content, at)
        (check,) = struct.unpack_from(">I", content, at + 8 + length)
        body = content[at + 8 : at + 8 + length]
        if zlib.crc32(kind + body) != check:
            raise zlib.error
        found[kind].append(body)
        at += 12 + length
    return defaultdict(bytes, {kind: b"".join(bodies) for kind, bodies in found.items()})


def _rows(packed: bytes, size: int, count: int) -> Iterator[bytes]:
    """So many rows of this size. Raises Unfit where there are not exactly as many."""
    unpacking, held = zlib.decompressobj(), b""
    while not unpacking.eof and count >= 0:
        try:
            piece = unpacking.decompress(packed, MEGABYTE)
        except zlib.error as error:
            raise Unfit(DAMAGED) from error
        packed, held = unpacking.unconsumed_tail, held + piece
        if not piece and not packed:
            break
        whole = len(held) // size * size
        yield from (held[at : at + size] for at in range(0, whole, size))
        count, held = count - whole // size, held[whole:]
    if count or held or not unpacking.eof:
        raise Unfit(DAMAGED)


def _apart(rows: Iterator[bytes], width: int, height: int, kind: int, depth: int) -> Raster:
    """The colours, and how solid they are, each packed by themselves and in eight bits.

    Rows are filtered byte by byte of a pixel, so that what is taken out of them stays readable.
    """
    channels, step = CHANNELS[CLEAR[kind]], depth // 8
    pixel = step * (channels + 1)
    colours, solid = _Packed(), _Packed()
    for row in rows:
        taken = bytearray(1 + channels * width)
        taken[0] = row[0]
        for channel in range(channels):
            taken[1 + channel :: channels] = row[1 + channel * step :: pixel]
        colours.add(taken)
        solid.add(row[:1] + row[1 + channels * step :: pixel])
    size = b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (width, height)
    mask = stream(size + _facts(width, 1, 8, SPACES[0]), solid.end())
    facts = _facts(width, channels, 8, SPACES[CLEAR[kind]]) + b"/SMask " + MASK
    return Raster(width, height, facts, colours.end(), mask)


class _Packed:
    def __init__(self) -> None:
        self._packing, self._pieces = zlib.compressobj(1), list[bytes]()

    def add(self, row: bytes | bytearray) -> None:
        self._pieces.append(self._packing.compress(row))

    def end(self) -> bytes:
        return b"".join((*self._pieces, self._packing.flush()))


def _facts(width: int, channels: int, depth: int, space: bytes) -> bytes:
    layout = b"/Colors %d/BitsPerComponent %d/Columns %d" % (channels, depth, width)
    facts = b"/Filter/FlateDecode/DecodeParms<</Predictor 15%b>>/BitsPerComponent %d/ColorSpace%b"
    return facts % (layout, depth, space)


def _palette(colours: bytes, clearness: bytes) -> bytes:
    """The colours that the numbers of the picture stand for; what is clear is seen on white."""
    count = min(len(colours) // 3, 256)
    if not count:
        raise Unfit(DAMAGED)
    solid = clearness[:count].ljust(count, b"\xff")
    seen = bytes(
        255 - solid[at // 3] * (255 - c) // 255 for at, c in enumerate(colours[: count * 3])
    )
    return b"[/Indexed/DeviceRGB %d<%b>]" % (count - 1, seen.hex().encode())
