"""Notes as the database keeps them."""

import pytest

from assistant.errors import ToolError
from assistant.services import notes as kept
from assistant.services.notes import StoredNotes
from tests.services.talk import rows


@pytest.fixture
def notes(alice):
    return StoredNotes(alice.id)


async def write(notes, title="Milk", text="Two litres", key=None, *, tainted=False):
    return await notes.create(title, text, tainted=tainted, key=key or f"key {title}")


async def test_the_same_call_keeps_one_note(notes):
    first, again = await write(notes, key="same"), await write(notes, "Bread", key="same")
    assert first == again
    assert len(await notes.search("", 20)) == 1


async def test_they_are_found_by_all_words_in_any_case_the_newest_first(notes):
    await write(notes, "Shopping", "milk and BREAD")
    await write(notes, "Bread", "bake it; milk helps")
    assert [note.title for note in await notes.search("Milk bread", 5)] == ["Bread", "Shopping"]
    assert [note.title for note in await notes.search("shopping", 5)] == ["Shopping"]
    assert await notes.search("nothing", 5) == []
    assert len(await notes.search("", 1)) == 1


async def test_what_was_changed_can_be_taken_back(notes):
    note = await write(notes)
    changed, before = await notes.update(note.id, None, "Three litres", tainted=False)
    assert (changed.title, changed.text) == ("Milk", "Three litres")
    assert (await notes.restore(before)).text == "Two litres"


async def test_what_was_deleted_is_gone_and_can_be_brought_back(notes):
    note = await write(notes)
    _, before = await notes.delete(note.id)
    with pytest.raises(ToolError, match="no such note"):
        await notes.find(note.id)
    await notes.restore(before)
    assert (await notes.find(note.id)).text == "Two litres"


async def test_a_second_try_to_delete_it_can_be_taken_back_as_well(notes):
    note = await write(notes)
    first, again = [await notes.delete(note.id) for _ in range(2)]
    assert first == again
    await notes.restore(again[1])
    assert (await notes.find(note.id)).text == "Two litres"


@pytest.mark.parametrize("note_id", ["", "x", "00000000-0000-4000-8000-000000000000"])
async def test_what_does_not_exist_is_one_sentence(notes, note_id):
    for call in (notes.find(note_id), notes.delete(note_id)):
        with pytest.raises(ToolError, match="no such note"):
            await call


async def test_nobody_else_has_them(notes, bob):
    note = await write(notes)
    theirs = StoredNotes(bob.id)
    assert await theirs.search("", 5) == []
    for call in (theirs.find(note.id), theirs.delete(note.id)):
        with pytest.raises(ToolError, match="no such note"):
            await call


async def test_taint_stays_until_all_of_it_is_new(notes):
    note = await write(notes, tainted=True)
    assert (await notes.update(note.id, None, "mine", tainted=False))[0].tainted
    assert not (await notes.update(note.id, "mine", "mine", tainted=False))[0].tainted
    assert (await notes.update(note.id, None, "theirs", tainted=True))[0].tainted


async def test_there_are_only_so_many(notes, monkeypatch):
    monkeypatch.setattr(kept, "AT_MOST", 1)
    await write(notes)
    with pytest.raises(ToolError, match="which is the most"):
        await write(notes, "Bread")


async def test_they_are_stored_sealed(notes, alice, db):
    await write(notes)
    (row,) = await rows(db, "select title, content from notes where user_id = $1", alice.id)
    assert b"Milk" not in row["title"]
    assert b"litres" not in row["content"]
