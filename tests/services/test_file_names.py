"""Names of files are plain names."""

import pytest

from assistant.errors import Refused
from assistant.services.file_names import require_name


@pytest.mark.parametrize(
    "name", ["plan.md", "Straße 1.pdf", "天気.txt", "a", "x" * 200, ".env", "a..b", "👩‍👩‍👧.png"]
)
def test_names_of_any_script_are_taken(name) -> None:
    assert require_name(f" {name}\t") == name


def test_a_name_has_one_form() -> None:
    assert require_name("Cafe\u0301.txt") == "Café.txt"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "..", "../etc/passwd", "/etc/passwd", "a/b", "..\\..\\boot.ini", "C:\\a"),
        *("a\0.txt", "a\nb", "a\r\nX: y", "invoice\u202efdp.exe", "a\u200b", "a\u2028b", "\ufeffa"),
        *("x" * 201, "a\ud800", "\U000e0041a"),
    ],
)
def test_names_that_lead_elsewhere_or_hide_something_are_refused(name) -> None:
    with pytest.raises(Refused, match="This is no name for a file"):
        require_name(name)
