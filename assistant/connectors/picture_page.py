"""A picture as a page of PDF that it fills, so that the reader of PDF can draw it in any size."""

from collections.abc import Iterable
from dataclasses import dataclass

# Where a camera that was held so has the top of its picture, as EXIF numbers it: how the square of
# the picture is laid on the page.
TURNS = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
LAID_ACROSS = 5  # from this number on its height lies along the width of the page
MASK = b"6 0 R"
DAMAGED = "This picture is damaged, so it cannot be shown."


class Unfit(Exception):
    """A picture cannot be shown; the words say why."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture in a form that PDF can hold.

    facts: how `packed` is packed and what its numbers mean, in the words of PDF. mask: the object
    that says how solid it is at each point, for facts that name MASK. turn: see TURNS.
    """

    width: int
    height: int
    facts: bytes
    packed: bytes
    mask: bytes = b""
    turn: int = 1

    def within(self, side: int) -> tuple[int, int]:
        """Its width and height, upright, where neither may be more than `side`."""
        scale = min(1.0, side / max(self.width, self.height))
        width, height = (max(1, round(length * scale)) for length in (self.width, self.height))
        return (height, width) if self.turn >= LAID_ACROSS else (width, height)


def page(raster: Raster, side: int) -> bytes:
    """A document of one page, as large as the picture is within `side`."""
    width, height = raster.within(side)
    laid = [n * (height if at % 2 else width) for at, n in enumerate(TURNS[raster.turn])]
    size = b"/Width %d/Height %d" % (raster.width, raster.height)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R"
        b"/Resources<</XObject<</P 5 0 R>>>>>>" % (width, height),
        stream(b"", b"%d %d %d %d %d %d cm /P Do" % tuple(laid)),
        stream(b"/Type/XObject/Subtype/Image" + size + raster.facts, raster.packed),
        raster.mask or b"null",
    )
    return _document(objects)


def stream(facts: bytes, content: bytes) -> bytes:
    """An object with content."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (facts, len(content), content)


def _document(objects: Iterable[bytes]) -> bytes:
    """With a table of where objects begin: else a reader would look for them in the picture."""
    pieces, places, at = [b"%PDF-1.4\n"], [b"0000000000 65535 f \n"], 9
    for number, each in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % at)
        pieces.append(b"%d 0 obj\n%b\nendobj\n" % (number, each))
        at += len(pieces[-1])
    pieces += [b"xref\n0 %d\n" % len(places), *places]
    pieces.append(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places), at))
    return b"".join(pieces)
