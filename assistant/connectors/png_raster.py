"""A PNG in the form that PDF can hold: both pack their rows alike."""

import struct
import zlib
from collections import defaultdict

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.picture_page import BLEND, DAMAGED, Raster, Unfit, stream

FIRST_CHUNK = 8
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the kind of colour
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
INTERLACED = "This picture is stored interlaced, so it cannot be shown. Saved anew, it can."
# What is transparent is seen on white: each colour c becomes 1 - a * (1 - c).
ON_WHITE = b"1 exch sub 1 index mul 1 exch sub"
LAST_ON_WHITE = b"1 exch sub mul 1 exch sub"
COLOURS = {
    0: b"/DeviceGray",
    2: b"/DeviceRGB",
    4: b"[/DeviceN[/L/A]/DeviceGray %b]" % BLEND,
    6: b"[/DeviceN[/R/G/B/A]/DeviceRGB %b]" % BLEND,
}
BLENDS = {
    4: b"{exch %b}" % LAST_ON_WHITE,
    6: b"{exch %b 3 1 roll exch %b 4 1 roll 3 -1 roll %b 3 1 roll}"
    % (ON_WHITE, ON_WHITE, LAST_ON_WHITE),
}


def png_raster(content: bytes) -> Raster:
    """The picture. Raises Unfit for one that is damaged or swells, and for an interlaced one."""
    try:
        chunks = _chunks(content)
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    except (struct.error, zlib.error) as error:
        raise Unfit(DAMAGED) from error
    if depth not in DEPTHS.get(kind, ()) or not width or not height:
        raise Unfit(DAMAGED)
    if interlaced:
        raise Unfit(INTERLACED)
    colours = CHANNELS[kind]
    _require_rows(chunks[b"IDAT"], height * (1 + -(-width * colours * depth // 8)))
    layout = b"/Colors %d/BitsPerComponent %d/Columns %d" % (colours, depth, width)
    space = COLOURS.get(kind) or _palette(chunks[b"PLTE"], chunks[b"tRNS"])
    facts = b"/Filter/FlateDecode/DecodeParms<</Predictor 15%b>>/BitsPerComponent %d/ColorSpace %b"
    return Raster(width, height, facts % (layout, depth, space), chunks[b"IDAT"], _blend(kind))


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


def _require_rows(packed: bytes, size: int) -> None:
    """The rows unpack to exactly what their size tells, and never to more."""
    unpacking, got = zlib.decompressobj(), 0
    try:
        while not unpacking.eof and got <= size:
            piece = unpacking.decompress(packed, MEGABYTE)
            packed, got = unpacking.unconsumed_tail, got + len(piece)
            if not piece and not packed:
                break
    except zlib.error as error:
        raise Unfit(DAMAGED) from error
    if got != size or not unpacking.eof:
        raise Unfit(DAMAGED)


def _palette(colours: bytes, clearness: bytes) -> bytes:
    """The colours that the numbers of the picture stand for."""
    count = min(len(colours) // 3, 256)
    if not count:
        raise Unfit(DAMAGED)
    solid = clearness[:count].ljust(count, b"\xff")
    seen = bytes(
        255 - solid[at // 3] * (255 - c) // 255 for at, c in enumerate(colours[: count * 3])
    )
    return b"[/Indexed/DeviceRGB %d<%b>]" % (count - 1, seen.hex().encode())


def _blend(kind: int) -> bytes:
    if kind not in BLENDS:
        return b""
    domain, space = b"0 1 " * CHANNELS[kind], b"0 1 " * (CHANNELS[kind] - 1)
    return stream(b"/FunctionType 4/Domain[%b]/Range[%b]" % (domain, space), BLENDS[kind])
