"""A page of PDF is as large as its picture, and nothing in the picture is read as a part of it."""

import re

import pytest

from assistant.connectors.picture_page import Raster, page

FACTS = b"/BitsPerComponent 8/ColorSpace/DeviceGray"


@pytest.mark.parametrize(
    ("width", "height", "turn", "within"),
    [
        (10, 20, 1, (10, 20)),
        (10, 20, 6, (20, 10)),
        (4_000, 3_000, 1, (1_000, 750)),
        (4_000, 3_000, 8, (750, 1_000)),
        (9_000, 1, 1, (1_000, 1)),
    ],
)
def test_a_picture_is_scaled_down_and_never_up(width, height, turn, within) -> None:
    raster = Raster(width, height, FACTS, b"", turn=turn)
    assert raster.within(1_000) == within
    assert b"/MediaBox[0 0 %d %d]" % within in page(raster, 1_000)


def test_objects_stand_where_the_table_says_whatever_the_picture_holds() -> None:
    hostile = b"endstream endobj 1 0 obj <</Type/Catalog>> endobj xref trailer startxref 0 %%EOF"
    written = page(Raster(1, 1, FACTS, hostile), 10)
    table = int(re.findall(rb"startxref\n(\d+)", written)[-1])
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", written[table:])]
    assert written[table:].startswith(b"xref\n0 7\n")
    for number, place in enumerate(places, 1):
        assert written[place:].startswith(b"%d 0 obj\n" % number)
