"""Notes of an archive become the user's, as ones that others may have written."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from assistant.services import notes
from assistant.services.imported import HERE_ALREADY
from assistant.services.imported_notes import NO_ROOM
from assistant.services.imports import import_archive
from assistant.services.notes import StoredNotes
from assistant.services.unpacking import MOST_LISTED
from tests.services.archives import everything, exported, list_file, listed_note, packed
from tests.services.talk import rows

GONE = "2024-05-03T10:00:00Z"


def archive(*items: dict) -> bytes:
    return packed({"notes.json": list_file(*items)})


async def kept(user) -> list:
    return sorted(await StoredNotes(user.id).search("", 50), key=lambda note: note.title)


async def write(user, title="Milk", text="Two litres"):
    return await StoredNotes(user.id).create(title, text, tainted=False, key=uuid4().hex)


async def test_they_come_with_their_times_and_count_as_written_by_others(alice, bob, db) -> None:
    await write(alice)
    before = await exported(alice)
    done = await import_archive(bob, before)
    assert (done.notes, done.skipped) == (1, [])
    [note] = await kept(bob)
    assert (note.title, note.text, note.tainted) == ("Milk", "Two litres", True)
    assert everything(before)["notes"] == everything(await exported(bob))["notes"]
    again = await import_archive(bob, before)
    assert (again.notes, again.skipped) == (0, [("Milk", HERE_ALREADY)])


async def test_a_time_to_come_is_now_at_the_latest(alice, db) -> None:
    await import_archive(alice, archive(listed_note(1, changed_at="2999-01-01T00:00:00Z")))
    [row] = await rows(db, "select changed_at from notes where user_id = $1", alice.id)
    assert row["changed_at"] <= datetime.now(UTC)


@pytest.mark.parametrize("was", ["written here", "imported"])
async def test_one_that_was_deleted_is_there_again(alice, bob, was) -> None:
    await write(bob)
    given = await exported(bob)
    owner = bob if was == "written here" else alice
    if owner is alice:
        await import_archive(alice, given)
    [note] = await kept(owner)
    await StoredNotes(owner.id).delete(note.id)
    assert (await import_archive(owner, given)).notes == 1
    [back] = await kept(owner)
    assert (back.id, back.text, back.tainted) == (note.id, "Two litres", True)


async def test_one_that_travels_home_is_known_there(alice, bob) -> None:
    await write(alice)
    await import_archive(bob, await exported(alice))
    home = await import_archive(alice, await exported(bob))
    assert (home.notes, home.skipped) == (0, [("Milk", HERE_ALREADY)])


async def test_what_was_changed_since_stays_as_it_is(alice) -> None:
    note = await write(alice)
    given = await exported(alice)
    await StoredNotes(alice.id).update(note.id, None, "Three litres", tainted=False)
    assert (await import_archive(alice, given)).notes == 0
    [now] = await kept(alice)
    assert (now.text, now.tainted) == ("Three litres", False)


async def test_one_of_the_same_title_and_text_is_not_doubled(alice) -> None:
    await write(alice, "Note 1", "Milk")
    done = await import_archive(alice, archive(listed_note(1), listed_note(2)))
    assert (done.notes, done.skipped) == (1, [("Note 1", HERE_ALREADY)])


async def test_what_is_deleted_or_does_not_fit_is_left_and_the_rest_comes(alice) -> None:
    gone, long = (
        listed_note(1, deleted_at=GONE),
        listed_note(2, text="x" * 20_001),
    )
    done = await import_archive(alice, archive(gone, long, listed_note(3), listed_note(3)))
    assert done.notes == 1
    assert done.skipped == [("notes.json", "text: it is too long"), ("Note 3", HERE_ALREADY)]


async def test_there_are_not_more_than_so_many(alice, monkeypatch) -> None:
    monkeypatch.setattr(notes, "AT_MOST", 2)
    done = await import_archive(alice, archive(*map(listed_note, range(1, 4))))
    assert (done.notes, done.skipped) == (2, [("Note 3", NO_ROOM)])


async def test_nobodys_id_leads_to_their_note(alice, bob) -> None:
    theirs = await write(bob)
    assert (await import_archive(alice, archive(listed_note(1, id=theirs.id)))).notes == 1
    [note], [untouched] = await kept(alice), await kept(bob)
    assert note.id not in (theirs.id, str(UUID(int=1)))
    assert untouched.text == "Two litres"


async def test_a_list_that_is_none_or_has_no_end_is_named(alice) -> None:
    for text, why in (("words", "it is not JSON"), ("[\n{}\n]", "id: it is missing")):
        done = await import_archive(alice, packed({"notes.json": text}))
        assert (done.notes, done.skipped) == (0, [("notes.json", why)])
    gone = listed_note(1, deleted_at=GONE)
    done = await import_archive(alice, archive(*[gone] * (MOST_LISTED + 5)))
    assert [each.why for each in done.skipped] == [
        "it lists more than 10,000; from there on nothing was read"
    ]
