"""The notes of an archive: each as one that others may have written."""

import asyncio

from assistant.errors import ToolError
from assistant.services import holdings, notes
from assistant.services.archived_lists import ArchivedNote
from assistant.services.imported import HERE_ALREADY, Imported, Left, item_in
from assistant.services.sessions import User, require_alive, staying
from assistant.services.unpacking import Package

NO_ROOM = f"there are {notes.AT_MOST:,} notes already, which is the most; delete some first"
UNTITLED = "A note"


async def bring_back(user: User, package: Package, done: Imported) -> None:
    """Import the notes. Raises NotSignedIn and Leaving in the middle."""
    listed = await notes.StoredNotes(user.id).search("", notes.AT_MOST)
    before = {(note.title, note.text) for note in listed}
    lines = package.lines(holdings.NOTES)
    while (line := await asyncio.to_thread(next, lines, None)) is not None:
        staying(await require_alive(user))
        try:
            item = await asyncio.to_thread(item_in, ArchivedNote, line)
            if not item.deleted_at:
                await _bring(user, before, item)
                done.notes += 1
        except Left as error:
            done.leave(error)


async def _bring(user: User, before: set[tuple[str, str]], item: ArchivedNote) -> None:
    title, text = item.title or "", item.text or ""
    came = notes.Came(item.came_from, title, text, item.at, item.changed_at)
    try:
        if (title, text) in before or not await notes.take(user.id, came):
            raise Left(title or UNTITLED, HERE_ALREADY)
    except ToolError as error:
        raise Left(title or UNTITLED, NO_ROOM) from error
