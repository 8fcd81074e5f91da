"""The script that reads GIFs: its first frame, whole, or nothing."""

import struct
import subprocess
import sys
import zlib
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.connectors.gif_frame import first_frame
from assistant.connectors.pictures import FRAMER
from tests.papers import gif, gif_of

COLOURS = bytes(range(48))
SMALL = gif_of(4, bytes([0, 1, 2, 3] * 4), COLOURS)


def told(content: bytes) -> tuple[int, int, bytes, bytes]:
    """Width, height, colours, and the numbers of the pixels."""
    frame = first_frame(content)
    return *struct.unpack_from(">II", frame), frame[8:776], zlib.decompress(frame[776:])


def test_a_frame_is_told_with_its_colours() -> None:
    width, height, colours, pixels = told(SMALL)
    assert (width, height) == (4, 4)
    assert colours.startswith(COLOURS)
    assert pixels == bytes([0, 1, 2, 3] * 4)


@given(st.binary(min_size=1, max_size=400), st.integers(1, 5))
def test_any_pixels_come_out_as_they_were(numbers, times) -> None:
    pixels = bytes(number % 16 for number in numbers) * times
    assert told(gif_of(len(pixels), pixels, COLOURS))[3] == pixels


def test_a_table_that_is_full_stays_as_it_is() -> None:
    pixels = b"".join(bytes(pair) for pair in product(range(256), repeat=2))
    assert told(gif_of(256, pixels, bytes(768)))[3] == pixels


def test_rows_that_came_in_passes_are_put_in_order() -> None:
    came = [0, 8, 4, 2, 6, 1, 3, 5, 7]
    assert told(gif_of(1, bytes(came), COLOURS, flags=0x40))[3] == bytes(range(9))


def test_what_is_transparent_is_white() -> None:
    assert told(gif_of(2, bytes([1, 2]), COLOURS, clear=2))[2][3:9] == COLOURS[3:6] + b"\xff" * 3


def test_a_frame_may_have_its_own_colours() -> None:
    at = SMALL.index(b"\x2c\0\0\0\0") + 9
    own = SMALL[:at] + b"\x80" + b"\x09" * 6 + SMALL[at + 1 :]
    assert told(own)[2].startswith(b"\x09" * 6 + b"\0")


@pytest.mark.parametrize("size", range(len(SMALL) - 3))
def test_one_that_breaks_off_anywhere_is_damaged(size) -> None:
    with pytest.raises((ValueError, IndexError, struct.error)):
        first_frame(SMALL[:size])


@pytest.mark.parametrize(
    "content",
    [
        gif(),
        SMALL.replace(b"\x2c\0\0\0\0\x04\0\x04\0", b"\x2c\0\0\0\0\xff\xff\xff\xff"),
        SMALL.replace(b"\x2c\0\0\0\0\x04\0\x04\0", b"\x2c\0\0\0\0\x04\0\0\0"),
        SMALL.replace(b"\x2c\0\0\0\0", b"\x3b\0\0\0\0"),
    ],
    ids=range(4),
)
def test_one_without_a_whole_frame_is_damaged(content) -> None:
    with pytest.raises((ValueError, IndexError, struct.error)):
        first_frame(content)


def test_as_a_script_it_tells_the_frame_or_fails() -> None:
    command = (sys.executable, "-I", str(FRAMER))
    good = subprocess.run(command, input=SMALL, capture_output=True, check=True)  # noqa: S603
    assert good.stdout == first_frame(SMALL)
    bad = subprocess.run(command, input=b"GIF89a", capture_output=True, check=False)  # noqa: S603
    assert bad.returncode
    assert bad.stdout == b""
