"""A PNG is taken when all of it is there, and when it unpacks to no more than it says."""

import zlib

import pytest

from assistant.connectors.picture_page import DAMAGED, Unfit
from assistant.connectors.png_raster import INTERLACED, png_raster
from tests.papers import chunk, png, png_of

GOOD = png_of(2, 1, 2, 8, b"\0" + b"\1" * 6)


def test_its_rows_are_taken_as_they_are_packed() -> None:
    raster = png_raster(GOOD)
    assert (raster.width, raster.height, raster.mask) == (2, 1, b"")
    assert zlib.decompress(raster.packed) == b"\0" + b"\1" * 6
    assert b"/Colors 3/BitsPerComponent 8/Columns 2" in raster.facts


def test_rows_may_come_in_pieces() -> None:
    packed = png_raster(GOOD).packed
    pieces = chunk(b"IDAT", packed[:3]) + chunk(b"IDAT", packed[3:])
    assert png_raster(GOOD.replace(chunk(b"IDAT", packed), pieces)).packed == packed


def test_less_than_a_byte_for_a_pixel_is_rounded_up_for_each_row() -> None:
    assert png_raster(png_of(9, 2, 0, 1, b"\0\0\0" * 2)).width == 9
    with pytest.raises(Unfit):
        png_raster(png_of(9, 2, 0, 1, b"\0\0" * 2))


def test_colours_and_how_solid_they_are_are_held_apart() -> None:
    rows = b"\1" + bytes(range(16)) + b"\4" + bytes(range(16, 32))
    raster = png_raster(png_of(2, 2, 6, 16, rows))
    assert zlib.decompress(raster.packed) == (
        bytes((1, 0, 2, 4, 8, 10, 12)) + bytes((4, 16, 18, 20, 24, 26, 28))
    )
    mask = raster.mask.split(b"stream\n")[1].removesuffix(b"\nend")
    assert zlib.decompress(mask) == bytes((1, 6, 14, 4, 22, 30))


@pytest.mark.parametrize("size", range(len(GOOD)))
def test_one_that_breaks_off_anywhere_is_damaged(size) -> None:
    with pytest.raises(Unfit, match=DAMAGED):
        png_raster(GOOD[:size])


def test_what_stands_behind_the_end_is_not_looked_at() -> None:
    assert png_raster(GOOD + b"<script>") == png_raster(GOOD)


@pytest.mark.parametrize(
    "content",
    [
        png(2, 3),
        png(2, 1),
        png_of(0, 1, 0, 8, b"\0"),
        png_of(2, 1, 2, 4, b"\0" * 4),
        png_of(2, 1, 0, 8, b"\0" * 50_000_000),
        GOOD.replace(b"\x08\x02", b"\x08\x00", 1),
    ],
    ids=range(6),
)
def test_more_less_and_other_than_it_says_is_damaged(content) -> None:
    with pytest.raises(Unfit, match=DAMAGED):
        png_raster(content)


def test_interlaced_ones_say_what_they_are() -> None:
    with pytest.raises(Unfit) as caught:
        png_raster(png_of(2, 1, 2, 8, b"\0" * 7, interlaced=1))
    assert str(caught.value) == INTERLACED
