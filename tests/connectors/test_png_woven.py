"""An interlaced PNG is woven into whole rows, whatever its kind, its size and its filters."""

import random
import struct
import subprocess
import sys
import zlib

import pytest

from assistant.connectors.pictures import WEAVER
from assistant.connectors.png_raster import CHANNELS, DEPTHS
from assistant.connectors.png_woven import PASSES, woven
from tests.papers import png_of

KINDS = [(kind, depth) for kind, depths in DEPTHS.items() for depth in depths]


def interlaced(kind, depth, values, how=0) -> bytes:
    """A picture with these pixels, each a list of numbers. how: the filter of rows, 5 for any."""
    width, height = len(values[0]), len(values)
    raw, step = b"", max(depth * CHANNELS[kind] // 8, 1)
    for left, top, across, down in PASSES:
        above = b""
        for y in range(top, height, down):
            bits = "".join(
                f"{value:0{depth}b}" for x in range(left, width, across) for value in values[y][x]
            )
            if bits:
                bits += "0" * (-len(bits) % 8)
                row = int(bits, 2).to_bytes(len(bits) // 8, "big")
                above = above or bytes(len(row))
                chosen = how if how < 5 else y % 5
                raw += bytes([chosen]) + filtered(chosen, row, above, step)
                above = row
    palette = {"PLTE": bytes(range(9)) * 4} if kind == 3 else {}
    return png_of(width, height, kind, depth, raw, interlaced=1, **palette)


def filtered(how: int, row: bytes, above: bytes, step: int) -> bytes:
    """As the standard has it, number by number."""
    made = bytearray()
    for at, value in enumerate(row):
        left, corner = (row[at - step], above[at - step]) if at >= step else (0, 0)
        up, guess = above[at], left + above[at] - corner
        near = min((left, up, corner), key=lambda each: abs(guess - each))
        made.append((value - (0, left, up, (left + up) // 2, near)[how]) & 255)
    return bytes(made)


def pixels_of(plain: bytes) -> tuple[int, int, bytes]:
    """The depth and kind of a picture without filters, and its rows."""
    depth, kind, _, _, interlaced_ = plain[24:29]
    assert interlaced_ == 0
    at = plain.index(b"IDAT")
    (size,) = struct.unpack_from(">I", plain, at - 4)
    return depth, kind, zlib.decompress(plain[at + 4 : at + 4 + size])


@pytest.mark.parametrize("how", range(6))
@pytest.mark.parametrize(("kind", "depth"), KINDS)
@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 3), (8, 8), (13, 11)])
def test_each_pixel_comes_where_it_belongs(width, height, kind, depth, how) -> None:
    dice = random.Random(width * depth + how)  # noqa: S311  (any numbers)
    most = (1 << depth) - 1
    values = [
        [[dice.randint(0, most) for _ in range(CHANNELS[kind])] for _ in range(width)]
        for _ in range(height)
    ]
    told_depth, told_kind, rows = pixels_of(woven(interlaced(kind, depth, values, how)))
    assert (told_depth, told_kind) == (max(depth, 8), kind)
    scale = 255 // most if depth < 8 and kind != 3 else 1
    wanted = b"".join(
        b"\0" + b"".join((v * scale).to_bytes(max(depth // 8, 1), "big") for p in row for v in p)
        for row in values
    )
    assert rows == wanted


def test_the_colours_of_a_palette_stay() -> None:
    assert bytes(range(9)) * 4 in woven(interlaced(3, 2, [[[1], [2]], [[3], [0]]]))


WHOLE = interlaced(2, 8, [[[1, 2, 3]] * 13] * 11)


@pytest.mark.parametrize("cut", [*range(8, len(WHOLE), 7)])
def test_one_that_breaks_off_anywhere_ends_the_script(cut) -> None:
    with pytest.raises((ValueError, LookupError, struct.error, zlib.error)):
        woven(WHOLE[:cut])


@pytest.mark.parametrize(
    "content",
    [
        png_of(13, 11, 2, 8, b"\0" * 20, interlaced=1),
        png_of(2, 2, 2, 8, b"\x09" + b"\0" * 30, interlaced=1),
        png_of(2, 2, 5, 8, b"\0" * 30, interlaced=1),
        WHOLE.replace(b"IDAT", b"IDAS"),
    ],
)
def test_what_is_damaged_ends_the_script(content) -> None:
    with pytest.raises((ValueError, LookupError, zlib.error)):
        woven(content)


def test_the_script_does_so_by_itself() -> None:
    command = (sys.executable, "-I", str(WEAVER))
    made = subprocess.run(command, input=WHOLE, capture_output=True, check=True)  # noqa: S603
    assert made.stdout == woven(WHOLE)
