"""A JPEG is taken when all of it is there; how the camera was held is read where it can be."""

import struct

import pytest

from assistant.connectors.jpeg_raster import INVERTED, RARE, jpeg_raster
from assistant.connectors.picture_page import DAMAGED, Unfit
from tests.papers import PHOTO, inks, jpeg, photo

FRAME = struct.pack(">HBHHB", 17, 8, 16, 32, 3)


def test_its_size_and_how_it_was_held_are_read() -> None:
    raster = jpeg_raster(photo(6))
    assert (raster.width, raster.height, raster.turn) == (32, 16, 6)
    assert raster.facts == b"/BitsPerComponent 8/Filter/DCTDecode/ColorSpace/DeviceRGB"
    assert raster.packed == photo(6)


@pytest.mark.parametrize(
    ("exif", "turn"),
    [
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0", 8),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0\0\0\0\0", 1),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x13\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0", 1),
        (b"II*\0\xff\xff\xff\xff", 1),
        (b"II*\0\x08\0\0\0\xff\xff", 1),
        (b"", 1),
        (b"words", 1),
    ],
)
def test_what_is_written_of_the_camera_may_be_anything(exif, turn) -> None:
    segment = b"Exif\0\0" + exif
    told = PHOTO[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment + PHOTO[2:]
    assert jpeg_raster(told).turn == turn


@pytest.mark.parametrize("size", [*range(len(PHOTO) - 1)])
def test_one_that_breaks_off_anywhere_is_damaged(size) -> None:
    with pytest.raises(Unfit, match=DAMAGED):
        jpeg_raster(PHOTO[:size])


@pytest.mark.parametrize(("adobe", "inverted"), [(None, False), (0, True), (2, True)])
def test_colours_of_inks_are_named_and_turned_round_where_adobe_has_stored_them(
    adobe, inverted
) -> None:
    facts = jpeg_raster(inks((0, 0, 0, 255), adobe)).facts
    assert b"/DeviceCMYK" in facts
    assert (INVERTED in facts) == inverted


@pytest.mark.parametrize(
    "content",
    [
        jpeg(),
        b"\xff\xd8" + b"\xff\xe0\0\x02" * 2_000 + PHOTO[2:],
        PHOTO.replace(FRAME, struct.pack(">HBHHB", 17, 8, 0, 32, 3)),
        PHOTO.replace(b"\xff\xc0", b"\xff\xfe"),
    ],
)
def test_one_without_a_picture_or_without_end_is_damaged(content) -> None:
    with pytest.raises(Unfit, match=DAMAGED):
        jpeg_raster(content)


@pytest.mark.parametrize(
    "content",
    [
        PHOTO.replace(b"\xff\xc0", b"\xff\xc3"),
        PHOTO.replace(FRAME, struct.pack(">HBHHB", 17, 8, 16, 32, 5)),
        PHOTO.replace(FRAME, struct.pack(">HBHHB", 17, 12, 16, 32, 3)),
    ],
)
def test_what_few_programs_read_says_so(content) -> None:
    with pytest.raises(Unfit, match=RARE):
        jpeg_raster(content)
