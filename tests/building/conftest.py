"""What the tests of the build's plugins share."""

from pathlib import Path

import pytest


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The folder of a build's files, where Reflex has it."""
    folder = tmp_path / "build" / "client"
    (folder / "assets").mkdir(parents=True)
    return folder
