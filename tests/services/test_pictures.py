"""Pictures of a conversation are opened when a turn begins, or a sentence says why not."""

from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from assistant.agent.attached import Document, Image
from assistant.agent.types import Message, Text
from assistant.connectors.object_store import Bucket, ObjectStore
from assistant.connectors.picture_page import DAMAGED
from assistant.connectors.pictures import NO_STILL, Picture
from assistant.services import file_contents, files, pictures
from assistant.services.file_uploads import upload
from assistant.services.picture_shelf import Shelf
from assistant.services.pictures import AGAIN, AWAY, GONE, LATE, shown
from tests.papers import gif, jpeg, photo, pixels, png_of, still

SECRET = b"GPS: Zadar"
NOWHERE = Bucket("s3://b", "us-east-1", "k", SecretStr("s"), "http://127.0.0.1:9")


@pytest.fixture(autouse=True)
def bare_shelf(monkeypatch) -> None:
    """No test sees what another has opened."""
    monkeypatch.setattr(pictures, "shelf", Shelf())


async def attached(user, content: bytes, name: str = "a.jpg") -> Image:
    kept = await upload(user.id, name, content)
    return Image(str(kept.id), name, kept.media)


def said(*parts: Image | Text) -> Message:
    return Message("user", parts)


def sentences(*messages: Message) -> list[str]:
    return [part.content for m in messages for part in m.parts if isinstance(part, Document)]


async def test_a_picture_is_opened_and_the_words_around_it_stay(alice) -> None:
    image = await attached(alice, photo(6))
    (message,) = await shown(alice.id, (said(image, Text("What is it?")),))
    seen, words = message.parts
    assert isinstance(seen, Image)
    assert (seen.id, seen.name) == (image.id, "a.jpg")
    assert (seen.media, seen.width, seen.height) == ("image/png", 16, 32)
    assert len(pixels(seen.content)) == 32
    assert words == Text("What is it?")


async def test_messages_without_pictures_stay_as_they_are(alice) -> None:
    messages = (said(Text("Hi")), Message("assistant", (Text("Hello"),)))
    assert await shown(alice.id, messages) == messages


async def test_the_file_itself_keeps_all_that_it_came_with(alice) -> None:
    image = await attached(alice, photo())
    await shown(alice.id, (said(image),))
    file = (await files.listed(alice.id))[0]
    assert SECRET in await files.content_of(alice.id, file)


async def test_one_that_is_not_there_any_more_becomes_a_sentence(alice, bob) -> None:
    deleted, others = await attached(alice, photo()), await attached(bob, photo())
    (before,) = await shown(alice.id, (said(deleted),))
    assert not sentences(before)
    await files.remove(alice.id, (await files.listed(alice.id))[0].id)
    stranger, unnamed = (Image(each, "a.png", "image/png") for each in (str(uuid4()), "1"))
    (message,) = await shown(alice.id, (said(deleted, others, stranger, unnamed),))
    assert message.parts[0] == Document(f"a.jpg (file {deleted.id})", f"[{GONE}]")
    assert sentences(message) == [f"[{GONE}]"] * 4


async def test_one_whose_bytes_are_lost_becomes_a_sentence(alice) -> None:
    image = await attached(alice, photo())
    await file_contents.remove_all(alice.id)
    assert sentences(*await shown(alice.id, (said(image),))) == [f"[{GONE}]"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (jpeg(), DAMAGED),
        (photo()[:-2], DAMAGED),
        (png_of(300, 300, 2, 8, b"\0" * 5), DAMAGED),
        (png_of(3, 3, 2, 8, b"\0" * 5_000_000), DAMAGED),
        (still()[:60], DAMAGED),
        (gif(), DAMAGED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NO_STILL),
    ],
    ids=range(7),
)
async def test_a_hostile_one_becomes_a_sentence_and_is_not_opened_twice(
    content, why, alice, monkeypatch
) -> None:
    image = await attached(alice, content)
    assert sentences(*await shown(alice.id, (said(image),))) == [f"[{why}]"]
    monkeypatch.setattr(pictures, "opened", None)
    assert sentences(*await shown(alice.id, (said(image),))) == [f"[{why}]"]


async def test_while_the_store_is_away_the_conversation_goes_on(alice, monkeypatch) -> None:
    image = await attached(alice, photo())
    with monkeypatch.context() as patch:
        patch.setattr(file_contents, "store", lambda: ObjectStore(NOWHERE))
        assert sentences(*await shown(alice.id, (said(image),))) == [f"[{AWAY}]"]
    assert not sentences(*await shown(alice.id, (said(image),)))


async def test_one_that_takes_too_long_becomes_a_sentence(alice, monkeypatch) -> None:
    image = await attached(alice, photo())
    monkeypatch.setattr(pictures, "SECONDS", 0.0)
    assert sentences(*await shown(alice.id, (said(image),))) == [f"[{LATE}]"]


async def test_what_a_busy_machine_cannot_open_is_not_held_to_be_damaged(
    alice, monkeypatch
) -> None:
    image = await attached(alice, photo())
    await shown(alice.id, (said(image),))
    pictures.shelf.drop(UUID(image.id))
    with monkeypatch.context() as patch:
        patch.setattr("assistant.connectors.aside.PATIENCE", 0)
        assert sentences(*await shown(alice.id, (said(image),))) == [f"[{LATE}]"]
    assert not sentences(*await shown(alice.id, (said(image),)))


async def test_where_there_are_too_many_the_newest_are_shown(alice, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "AT_MOST", 2)
    old, one, two = [await attached(alice, photo(turn)) for turn in (1, 2, 6)]
    first, second = await shown(alice.id, (said(old, one, Text("a")), said(two, Text("b"))))
    assert first.parts[0] == Document(f"a.jpg (file {old.id})", f"[{AGAIN}]")
    assert [type(part) for part in (*first.parts[1:], *second.parts)] == [Image, Text, Image, Text]


async def test_where_they_are_too_large_together_what_fits_is_shown(alice, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "BYTES", 100)
    messages = []
    for size in (40, 60, 60):
        image = await attached(alice, photo())
        pictures.shelf.put(UUID(image.id), Picture("image/png", b"x" * size, 1, 1))
        messages.append(said(image))
    small, middle, newest = await shown(alice.id, tuple(messages))
    assert sentences(small, middle, newest) == sentences(middle) == [f"[{AGAIN}]"]


async def test_the_same_picture_twice_is_shown_once_where_it_stands_last(alice) -> None:
    image = await attached(alice, photo())
    first, last = await shown(alice.id, (said(image), said(image)))
    assert sentences(first) == [f"[{AGAIN}]"]
    assert isinstance(last.parts[0], Image)
