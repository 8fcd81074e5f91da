"""The pictures beside the user's words, opened for the models that are to see them.

Stored messages name their files only. What is deleted is gone from the next turn on.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import UUID

import structlog

from assistant.agent.attached import Document, Image
from assistant.agent.types import Message, Part
from assistant.config import settings
from assistant.connectors.pictures import Picture, Unfit, Unreadable, opened
from assistant.errors import NotFound, StorageAway
from assistant.services import files
from assistant.services.inputs import identifier
from assistant.services.picture_shelf import Shelf

# With more pictures Anthropic takes smaller ones only, and not more than 32 MB in one request, of
# which base64 needs a third.
AT_MOST, BYTES = 20, 20_000_000
SECONDS = 30.0  # for all of a turn
AT_ONCE = 2  # each file lies in memory meanwhile
GONE = "This picture is not shown: its file was deleted, or is not there any more."
AWAY = "This picture is not shown: it cannot be reached at the moment."
LATE = "This picture is not shown: it was not open in time."
AGAIN = "This picture is not shown again: newer ones have its room. The user can attach it anew."

shelf = Shelf()
log = structlog.get_logger()


async def shown(user_id: UUID, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with their pictures opened, the newest as far as there is room.

    In place of each other one stands a sentence that says why it is not shown.
    """
    pictures = [part for message in messages for part in message.parts if isinstance(part, Image)]
    newest = list(dict.fromkeys(reversed(pictures)))[:AT_MOST]
    until, few = asyncio.get_running_loop().time() + SECONDS, asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(*(_opened(user_id, image, until, few) for image in newest))
    return _placed(messages, dict(zip(newest, _within(found), strict=True)))


async def _opened(
    user_id: UUID, image: Image, until: float, few: asyncio.Semaphore
) -> Image | Document:
    """The picture, or a sentence. until: the loop's time at which it is given up."""
    try:
        async with asyncio.timeout_at(until), few:
            found = await _found(user_id, identifier(image.id, "file"))
    except NotFound:
        return image.unseen(GONE)
    except (StorageAway, Unreadable):
        log.warning("picture_away", file=image.id)
        return image.unseen(AWAY)
    except TimeoutError:
        return image.unseen(LATE)
    if isinstance(found, str):
        return image.unseen(found)
    return replace(
        image, media=found.media, content=found.content, width=found.width, height=found.height
    )


async def _found(user_id: UUID, file_id: UUID) -> Picture | str:
    """What is in the user's file. Raises NotFound, StorageAway and Unreadable."""
    try:
        file = await files.find(user_id, file_id)
    except NotFound:
        shelf.drop(file_id)
        raise
    found = shelf.get(file_id)
    if found is None:
        content = await files.content_of(user_id, file)
        libraries = settings().assistant_data_dir.absolute() / "libraries"
        try:
            found = await opened(content, file.media, libraries)
        except Unfit as error:
            found = str(error)
        shelf.put(file_id, found)
    return found


def _within(newest: Iterable[Image | Document]) -> Iterator[Image | Document]:
    """As many as may be sent together; an older and smaller one may still fit."""
    room = BYTES
    for part in newest:
        if isinstance(part, Document):
            yield part
        elif len(part.content) > room:
            yield part.unseen(AGAIN)
        else:
            room -= len(part.content)
            yield part


def _placed(messages: Iterable[Message], found: Mapping[Image, Part]) -> tuple[Message, ...]:
    """Each picture once, where it stands last."""
    left, placed = dict(found), []
    for message in reversed(tuple(messages)):
        parts = [_in_place(part, left) for part in reversed(message.parts)]
        placed.append(replace(message, parts=tuple(reversed(parts))))
    return tuple(reversed(placed))


def _in_place(part: Part, left: dict[Image, Part]) -> Part:
    return left.pop(part, part.unseen(AGAIN)) if isinstance(part, Image) else part
