"""The page's JavaScript: its import paths are where Reflex links it to."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.components import scripts


def test_each_script_is_imported_from_where_it_is_linked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(1) as aside:
        aside.submit(scripts._link).result()
    for file in Path(scripts.__file__).parent.glob("*.js*"):
        linked = scripts.script(file.name).removeprefix("$/public/")
        assert (tmp_path / "assets" / linked).resolve() == file


def test_a_script_that_is_not_there_is_an_error_at_once():
    with pytest.raises(FileNotFoundError):
        scripts.script("absent.js")
