"""What is left of an archive is named so that its owner finds it there."""

import pytest

from assistant.services.archived_lists import ArchivedNote
from assistant.services.imported import NAMED, Imported, Left, item_in, shown_name
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


def test_what_is_left_is_named_up_to_a_bound_and_then_counted() -> None:
    done = Imported()
    for number in range(NAMED + 1_200):
        done.leave(Left(f"{number}.txt", "it is damaged"))
    assert (len(done.skipped), done.unnamed) == (NAMED, 1_200)
    assert done.skipped[-1].item == f"{NAMED - 1}.txt"
