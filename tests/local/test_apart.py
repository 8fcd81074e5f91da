"""Work that is done in a child of this process."""

import os
import sys

import pytest

from assistant.errors import CannotStart
from assistant.local.apart import apart


def test_what_it_returns_comes_from_another_process() -> None:
    assert apart(os.getppid) == os.getpid()


def test_what_it_imports_is_not_imported_here() -> None:
    assert "this" not in sys.modules
    assert apart(lambda: __import__("this").__name__) == "this"
    assert "this" not in sys.modules


def test_what_it_raises_is_raised_here() -> None:
    def fail() -> None:
        raise CannotStart("The database cannot be reached.")

    with pytest.raises(CannotStart, match="cannot be reached"):
        apart(fail)


def test_a_child_that_is_ended_from_outside_is_one_sentence() -> None:
    with pytest.raises(CannotStart, match="cut off"):
        apart(lambda: os._exit(1))
