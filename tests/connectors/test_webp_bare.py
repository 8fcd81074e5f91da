"""Of a WebP only what is drawn is kept."""

import struct

import pytest

from assistant.connectors.picture_page import DAMAGED, Unfit
from assistant.connectors.webp_bare import ANIMATED, webp_bare
from tests.papers import FRAME, still


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    packed = b"".join(
        kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        for kind, body in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(packed)) + b"WEBP" + packed


def test_what_a_camera_wrote_is_left_out_and_no_longer_announced() -> None:
    bare, width, height = webp_bare(still(flags=0x2C))
    canvas = b"\0\0\0\0" + struct.pack("<HBHB", 31, 0, 15, 0)
    assert bare == riff((b"VP8X", canvas), (b"VP8 ", FRAME))
    assert (width, height) == (32, 16)


def test_transparency_stays() -> None:
    clear = riff((b"VP8X", b"\x14" + b"\0" * 9), (b"ALPH", b"abc"), (b"VP8 ", FRAME))
    assert webp_bare(clear)[0] == clear.replace(b"\x14", b"\x10")


def test_the_size_of_a_lossless_one_is_read() -> None:
    frame = b"\x2f" + struct.pack("<I", 99 | 49 << 14) + b"\0"
    assert webp_bare(riff((b"VP8L", frame)))[1:] == (100, 50)


def test_what_stands_behind_the_end_is_left_out() -> None:
    assert webp_bare(riff((b"VP8 ", FRAME)) + b"PK\x03\x04")[0] == riff((b"VP8 ", FRAME))


@pytest.mark.parametrize("size", [*range(len(still()))])
def test_one_that_breaks_off_anywhere_is_damaged(size) -> None:
    with pytest.raises(Unfit, match=DAMAGED):
        webp_bare(still()[:size])


@pytest.mark.parametrize(
    "content",
    [
        riff(),
        riff((b"VP8 ", b"no frame")),
        riff((b"VP8X", b"")),
        riff((b"VP8X", b""), (b"VP8 ", FRAME)),
        riff(*[(b"EXIF", b"")] * 2_000, (b"VP8 ", FRAME)),
        riff((b"VP8 ", FRAME), (b"VP8 ", FRAME)),
        riff((b"VP8 ", FRAME), (b"VP8L", b"\x2f" + struct.pack("<I", 99 | 49 << 14) + b"\0")),
    ],
    ids=range(7),
)
def test_one_without_a_picture_or_with_two_is_damaged(content) -> None:
    with pytest.raises(Unfit, match=DAMAGED):
        webp_bare(content)


def test_one_that_moves_says_so() -> None:
    with pytest.raises(Unfit, match=ANIMATED):
        webp_bare(still(flags=0x02))
