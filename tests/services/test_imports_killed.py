"""A process is killed with SIGKILL at each step of an import: the next one makes it whole."""

from uuid import uuid4

from assistant.config import settings
from assistant.services import files
from assistant.services.imports import import_archive
from assistant.services.notes import StoredNotes
from tests.conftest import signed_in
from tests.services.archives import list_file, listed_file, listed_note, packed
from tests.services.killed import at_each_step, bring_back
from tests.services.talk import rows

PLAN = b"We meet in Zadar."
ARCHIVE = packed(
    {
        "files/list.json": list_file(listed_file(1)),
        "files/1.txt": PLAN,
        "notes.json": list_file(listed_note(1)),
    }
)


async def objects_without_a_row(user_id, db) -> set[str]:
    """What lies in the store, and would never be purged."""
    folder = settings().assistant_data_dir.absolute() / "files" / str(user_id)
    lying = {path.name for path in folder.iterdir()} if folder.exists() else set()
    known = await rows(db, "select id from files where user_id = $1", user_id)
    return lying - {str(row["id"]) for row in known}


async def test_nothing_is_half_imported_and_no_bytes_are_left_that_nobody_knows(db):
    people, lying = {}, []

    async def prepared():
        user = await signed_in(f"Someone {uuid4().hex}")
        people[user.id] = user
        return user.id, user.session_id, ARCHIVE

    async def after(user_id, *_):
        shown = await files.listed(user_id)
        lying.append((len(shown), len(await objects_without_a_row(user_id, db))))
        await import_archive(people[user_id], ARCHIVE)
        [file] = await files.listed(user_id)
        assert await files.content_of(user_id, file) == PLAN
        [note] = await StoredNotes(user_id).search("", 5)
        assert (note.title, note.text) == ("Note 1", "Milk")
        stored = await rows(db, "select stored from files where user_id = $1", user_id)
        assert [row["stored"] for row in stored] == [True]
        assert await objects_without_a_row(user_id, db) == set()

    await at_each_step(bring_back, prepared, after)
    assert {without for _, without in lying} == {0}
    assert {shown for shown, _ in lying} == {0, 1}
