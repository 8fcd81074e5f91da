"""The files of an archive: each through the same checks as an upload, whole or not at all."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from assistant.errors import Busy, NotFound, Refused, StorageAway
from assistant.services import files, holdings, rate_limits
from assistant.services.archived_lists import ArchivedFile
from assistant.services.file_names import require_name
from assistant.services.file_uploads import FILE_BYTES, upload
from assistant.services.files import Came, File
from assistant.services.imported import HERE_ALREADY, Imported, Left, item_in, shown_name
from assistant.services.origins import id_here
from assistant.services.sessions import User, require_alive, staying
from assistant.services.unpacking import Package

SAME = "a file of this name and content is in your account already"
ANOTHER = "you deleted this file here, with another content; to have this one, upload it by itself"


@dataclass
class Places:
    """Where the files of an archive are in this account.

    known: what of the user's files was here before, by origin. named: by the ids in the archive.
    """

    user_id: UUID
    known: dict[str, files.Known]
    named: dict[str, UUID] = field(default_factory=dict)

    def name(self, item: ArchivedFile) -> None:
        """Learn by which id messages name it."""
        here = self.known.get(item.came_from)
        self.named[item.id] = here.id if here else id_here(self.user_id, item.came_from)

    def of(self, archived_id: str) -> UUID:
        """The id here of a file that a message names, be it here already or not."""
        if archived_id in self.named:
            return self.named[archived_id]
        here = self.known.get(archived_id)
        return here.id if here else id_here(self.user_id, archived_id)


async def bring_back(user: User, package: Package, done: Imported) -> Places:
    """Import the files. Returns where they are. Raises NotSignedIn and Leaving in the middle."""
    places, away = Places(user.id, await files.origins(user.id)), ""
    before = await _by_size(user.id)
    lines = package.lines(holdings.FILE_LIST)
    while (line := await asyncio.to_thread(next, lines, None)) is not None:
        staying(await require_alive(user))
        try:
            item = await asyncio.to_thread(item_in, ArchivedFile, line)
            places.name(item)
            if item.content and not item.deleted_at:
                _require_storage(item, away)
                await _bring(places, before, item, await _unpacked(package, line.folder, item))
                done.files += 1
        except StorageAway as error:
            away = str(error)
            done.leave(Left(shown_name(item.name), away))
        except Left as error:
            done.leave(error)
    return places


def _require_storage(item: ArchivedFile, away: str) -> None:
    """Raises Left where the store has not answered for an earlier file: each would wait for it."""
    if away:
        raise Left(shown_name(item.name), away)


async def _by_size(user_id: UUID) -> dict[int, list[File]]:
    sizes: dict[int, list[File]] = defaultdict(list)
    for file in await files.listed(user_id):
        sizes[file.size].append(file)
    return sizes


async def _unpacked(package: Package, folder: str, item: ArchivedFile) -> bytes:
    found = await asyncio.to_thread(package.beside, folder, item.content or "", FILE_BYTES)
    if found.why:
        raise Left(shown_name(item.name), found.why)
    return found.content


async def _bring(
    places: Places, before: dict[int, list[File]], item: ArchivedFile, content: bytes
) -> None:
    """Import one file. Raises Left and StorageAway."""
    name, here = shown_name(item.name), places.known.get(item.came_from)
    if here and here.living:
        raise Left(name, HERE_ALREADY)
    try:
        if twin := await _twin(places.user_id, before, item.name, content):
            places.named[item.id] = twin.id
            raise Left(name, SAME)
        kept = await _keep(places.user_id, here, item, content)
    except (Refused, Busy, NotFound) as error:
        raise Left(name, str(error)) from error
    places.known[item.came_from] = files.Known(kept.id, living=True)


async def _twin(
    user_id: UUID, before: dict[int, list[File]], name: str, content: bytes
) -> File | None:
    """A file that was here before the import, under the same name and with the same bytes."""
    for file in before.get(len(content), ()):
        if file.name == require_name(name) and await _holds(user_id, file, content):
            return file
    return None


async def _holds(user_id: UUID, file: File, content: bytes) -> bool:
    try:
        return await files.content_of(user_id, file) == content
    except NotFound:  # its bytes are lost: here they are again
        return False


async def _keep(
    user_id: UUID, here: files.Known | None, item: ArchivedFile, content: bytes
) -> File:
    """Bring it back from where deleted files wait, or keep it as one that is uploaded.

    Raises Left where another waits there: it would come back in place of this one.
    """
    if here and here.deleted:
        if not await _holds(user_id, await files.find(user_id, here.id, deleted=True), content):
            raise Left(shown_name(item.name), ANOTHER)
        return await files.restore(user_id, here.id, None)
    await rate_limits.count("imported_files", user_id)
    return await upload(user_id, item.name, content, Came(item.came_from, item.at))
