"""The script that draws a page: what it writes is a PNG of the page's size."""

import os
import struct
import subprocess
import sys

import pytest

from assistant.connectors.jpeg_raster import jpeg_raster
from assistant.connectors.picture_page import page
from assistant.connectors.pictures import DRAWER
from tests.papers import photo


def drawn(page: bytes, folder: str) -> subprocess.CompletedProcess[bytes]:
    given = os.fsencode(folder) + b"\n" + page
    command = (sys.executable, "-I", str(DRAWER))
    return subprocess.run(command, input=given, capture_output=True, check=False, env={})  # noqa: S603


def test_a_page_becomes_a_picture_of_its_size(tmp_path) -> None:
    wide = page(jpeg_raster(photo()), 16)
    made = drawn(wide, str(tmp_path))
    assert made.stdout.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", made.stdout[16:24]) == (16, 8)


@pytest.mark.parametrize("page", [b"", b"%PDF-1.4\n", b"words"])
def test_what_is_no_page_gives_nothing(page, tmp_path) -> None:
    made = drawn(page, str(tmp_path))
    assert made.returncode
    assert made.stdout == b""
