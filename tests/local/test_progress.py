"""The lines that the launcher writes while it works."""

import re

import pytest

from assistant.local.progress import step


def test_a_step_says_what_it_does_and_how_long_it_took(capsys):
    with step("Building"):
        assert capsys.readouterr().out == "Building ... "
    assert re.fullmatch(r"\d+\.\d s\n", capsys.readouterr().out)


def test_a_step_that_fails_ends_its_line(capsys):
    with pytest.raises(ValueError, match="cut"), step("Building"):
        raise ValueError("cut")
    assert capsys.readouterr().out == "Building ... \n"
