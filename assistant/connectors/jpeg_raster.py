"""A JPEG in the form that PDF can hold, which is its own, and how the camera was held."""

import struct
from collections.abc import Iterator

from assistant.connectors.picture_page import DAMAGED, TURNS, Raster, Unfit

SEGMENTS = 1_000
FRAMES = (0xC0, 0xC1, 0xC2)  # those that everybody reads
OTHER_FRAMES = (0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
SCAN, EXIF, ADOBE, ENDED = 0xDA, 0xE1, 0xEE, b"\xff\xd9"
SPACES = {1: b"/DeviceGray", 3: b"/DeviceRGB", 4: b"/DeviceCMYK"}
INKS = 4
INVERTED = b"/Decode[1 0 1 0 1 0 1 0]"  # programs that sign as Adobe's do store how much is left
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
ORIENTATION = 0x0112
ENTRIES = 200
RARE = "This picture is stored in a rare form of JPEG, so it cannot be shown. Saved anew, it can."


def jpeg_raster(content: bytes) -> Raster:
    """The picture, upright. Raises Unfit for one that is damaged, or of a rare form."""
    try:
        return _raster(content)
    except (struct.error, ValueError) as error:
        raise Unfit(DAMAGED) from error


def _raster(content: bytes) -> Raster:
    frame, turn, adobe = _told(content)
    depth, height, width, colours = struct.unpack_from(">BHHB", frame)
    if depth != 8 or colours not in SPACES:
        raise Unfit(RARE)
    if not width or not height:
        raise Unfit(DAMAGED)
    facts = b"/BitsPerComponent 8/Filter/DCTDecode/ColorSpace" + SPACES[colours]
    facts += INVERTED if adobe and colours == INKS else b""
    return Raster(width, height, facts, content, turn=turn)


def _told(content: bytes) -> tuple[bytes, int, bool]:
    """The frame, how the camera was held, and whether a program of Adobe's kind has signed."""
    frame, turn, adobe = b"", 1, False
    for mark, body, after in _segments(content):
        if mark in FRAMES:
            frame = body
        elif mark in OTHER_FRAMES:
            raise Unfit(RARE)
        elif mark == EXIF and body.startswith(b"Exif\0\0"):
            turn = _turn(body[6:])
        elif mark == ADOBE:
            adobe = body.startswith(b"Adobe")
        elif mark == SCAN:
            content.index(ENDED, after)
            break
    return frame, turn, adobe


def _segments(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Each segment's mark and body, and where it ends. Raises ValueError at what is none."""
    at = 2
    for _ in range(SEGMENTS):
        filled, mark, length = struct.unpack_from(">BBH", content, at)
        if filled != 0xFF or length < 2:
            break
        yield mark, content[at + 4 : at + 2 + length], at + 2 + length
        at += 2 + length
    raise ValueError(at)


def _turn(exif: bytes) -> int:
    """How the camera was held; upright where that is not to be read."""
    order = ORDERS.get(exif[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        for entry in range(at + 2, at + 2 + 12 * min(count, ENTRIES), 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == ORIENTATION:
                return value if value in TURNS else 1
    except struct.error:
        return 1
    return 1
