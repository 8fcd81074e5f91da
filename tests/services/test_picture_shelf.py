"""Opened pictures stay at hand as long as there is room."""

from uuid import uuid4

from assistant.connectors.pictures import Picture
from assistant.services.picture_shelf import FINDING, Shelf


def picture(size: int) -> Picture:
    return Picture("image/png", b"x" * size, 1, 1)


def test_the_longest_unused_makes_room() -> None:
    shelf, (one, two, three) = Shelf(300), (uuid4() for _ in range(3))
    shelf.put(one, picture(100))
    shelf.put(two, picture(100))
    assert shelf.get(one) == picture(100)
    shelf.put(three, picture(200))
    assert (shelf.get(one), shelf.get(two), shelf.get(three)) == (picture(100), None, picture(200))


def test_one_that_is_larger_than_the_shelf_is_not_kept() -> None:
    shelf, one = Shelf(300), uuid4()
    shelf.put(one, picture(301))
    assert shelf.get(one) is None


def test_what_is_put_again_or_dropped_takes_no_room_twice() -> None:
    shelf, one, two = Shelf(300), uuid4(), uuid4()
    for _ in range(5):
        shelf.put(one, picture(150))
    shelf.put(two, picture(150))
    assert shelf.get(one) is not None
    shelf.drop(one)
    shelf.drop(one)
    assert shelf.get(one) is None
    shelf.put(one, picture(150))
    assert shelf.get(two) is not None


def test_why_one_cannot_be_shown_is_kept_too_and_counted() -> None:
    shelf, ids = Shelf(2 * FINDING), [uuid4() for _ in range(3)]
    for each in ids:
        shelf.put(each, "It is damaged.")
    assert [shelf.get(each) for each in ids] == [None, "It is damaged.", "It is damaged."]
