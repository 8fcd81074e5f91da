"""The files beside a user's words, as they stand in the message: with the text of that moment."""

from collections.abc import Sequence
from uuid import UUID

from assistant.errors import NotFound, Refused
from assistant.services import files
from assistant.services.contents import Entry

AT_MOST = 10
CHARACTERS = 60_000  # of all files of a message
TOO_MANY = f"A message takes {AT_MOST} files. Nothing was sent; leave some out."
GONE = (
    "A file beside your words is not there any more: it was deleted. Nothing was sent; remove it "
    "there, or bring it back in the settings, and send again."
)


async def parts_of(user_id: UUID, wanted: Sequence[UUID]) -> list[Entry]:
    """The parts of a message for these files. Raises Refused for too many or for one that is gone.

    They share the room for text; where that cuts one, it says how the rest is read.
    """
    if len(wanted) > AT_MOST:
        raise Refused(TOO_MANY)
    share = CHARACTERS // max(len(wanted), 1)
    return [await _part(user_id, file_id, share) for file_id in dict.fromkeys(wanted)]


async def _part(user_id: UUID, file_id: UUID, share: int) -> Entry:
    try:
        file, text = await files.text_of(user_id, file_id)
    except NotFound as error:
        raise Refused(GONE) from error
    facts = {"id": str(file.id), "name": file.name, "media": file.media, "size": file.size}
    return {"type": "file", **facts, "text": _cut(text or "", share)}


def _cut(text: str, share: int) -> str:
    if len(text) <= share:
        return text
    left = len(text) - share
    return f"{text[:share]}\n[… {left:,} more characters: read_file with start={share} shows them]"
