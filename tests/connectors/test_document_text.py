"""The script that reads documents, as its process runs it."""

import subprocess
import sys
from pathlib import Path

from assistant.connectors import document_text
from tests.papers import WORD, word


def test_it_reads_what_stands_behind_two_lines(tmp_path) -> None:
    given = b"\n".join((str(tmp_path).encode(), WORD.encode(), word("two\nlines")))
    command = (sys.executable, "-I", str(Path(document_text.__file__)))
    said = subprocess.run(command, input=given, capture_output=True, check=True)  # noqa: S603
    assert said.stdout.decode().split() == ["two", "lines"]
