"""What is left of an archive is named so that its owner finds it there."""

import pytest

from assistant.services.archived_lists import ArchivedNote
from assistant.services.imported import Left, item_in, shown_name
from assistant.services.unpacking import BROKEN, Unpacked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("conversations/1.json", "1.json"),
        ("a/b\u202etxt.exe\n", "btxt.exe"),
        ("x" * 999, "x" * 120),
    ],
)
def test_a_name_hides_nothing_and_is_short(name, shown) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Unpacked("a/notes.json", why=BROKEN), BROKEN),
        (Unpacked("a/notes.json", b"{"), "it is not JSON"),
        (Unpacked("a/notes.json", b"[]"), "it is no object of JSON"),
    ],
)
def test_what_cannot_be_read_is_left_with_the_reason(found, why) -> None:
    with pytest.raises(Left) as caught:
        item_in(ArchivedNote, found)
    assert caught.value.as_skipped() == ("notes.json", why)
