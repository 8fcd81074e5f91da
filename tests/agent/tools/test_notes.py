"""The tools for notes, on notes in memory."""

from dataclasses import dataclass, field, replace

import pytest

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.backends.notes import Note, Notes
from assistant.agent.tools.notes import create_note, delete_note, search_notes, update_note
from assistant.errors import ToolError


@dataclass
class InMemory:
    """Notes that are forgotten with the test."""

    notes: dict[str, Note] = field(default_factory=dict)

    async def create(self, title, text, *, tainted, key):
        return self.notes.setdefault(key, Note(key, title, text, tainted))

    async def search(self, words, limit):
        return [n for n in self.notes.values() if words in f"{n.title} {n.text}"][:limit]

    async def find(self, note_id):
        if note_id not in self.notes:
            raise ToolError("There is no such note.")
        return self.notes[note_id]

    async def update(self, note_id, title, text, *, tainted):
        old = await self.find(note_id)
        changed = {k: v for k, v in {"title": title, "text": text}.items() if v is not None}
        self.notes[note_id] = replace(old, **changed, tainted=tainted)
        return self.notes[note_id], [old.id, old.title, old.text]

    async def delete(self, note_id):
        old = await self.find(note_id)
        return self.notes.pop(note_id), [old.id, old.title, old.text]

    async def restore(self, saved):
        self.notes[saved[0]] = Note(*saved, tainted=False)
        return self.notes[saved[0]]


@pytest.fixture
def context():
    return ToolContext(key="k1", backends={Notes: InMemory()})


async def test_a_note_is_kept_found_changed_and_deleted(context):
    await create_note.run({"title": "Milk", "text": "Two"}, context)
    assert "Milk\nTwo" in (await search_notes.run({"words": "Two"}, context)).content
    await update_note.run({"note_id": "k1", "text": "Three"}, context)
    assert "Three" in (await search_notes.run({}, context)).content
    await delete_note.run({"note_id": "k1"}, context)
    assert (await search_notes.run({}, context)).content == "There are no notes yet."


async def test_changes_and_deletions_can_be_undone(context):
    await create_note.run({"title": "Milk", "text": "Two"}, context)
    changed = await update_note.run({"note_id": "k1", "text": "Three"}, context)
    await update_note.undo(changed.undo, context)
    deleted = await delete_note.run({"note_id": "k1"}, context)
    assert await delete_note.undo(deleted.undo, context) == "The note “Milk” is as it was before."
    assert "Milk\nTwo" in (await search_notes.run({}, context)).content


async def test_the_card_of_a_deletion_names_the_note(context):
    await create_note.run({"title": "Milk", "text": ""}, context)
    intent = await delete_note.intent({"note_id": "k1"}, context)
    assert (intent.effect, intent.sentence) == (Effect.DESTROY, "Delete the note “Milk”")
    with pytest.raises(ToolError, match="no such note"):
        await delete_note.intent({"note_id": "k2"}, context)


async def test_what_may_come_from_others_is_untrusted_when_it_is_read(context):
    await create_note.run({"title": "a", "text": "mine"}, context)
    assert not (await search_notes.run({}, context)).untrusted
    tainted = replace(context, key="k2", tainted=True)
    await create_note.run({"title": "b", "text": "theirs"}, tainted)
    assert (await search_notes.run({}, context)).untrusted
    assert not (await search_notes.run({"words": "mine"}, context)).untrusted


async def test_a_long_note_is_shown_in_part(context):
    await create_note.run({"title": "a", "text": "x" * 5_000}, context)
    assert len((await search_notes.run({}, context)).content) < 2_000


async def test_a_change_of_nothing_is_told(context):
    with pytest.raises(ToolError, match="Give a new title"):
        await update_note.run({"note_id": "k1"}, context)
