"""Notes that the user wants kept: create, search, update, delete."""

from typing import Annotated

from pydantic import Field, JsonValue

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.backends.notes import Note, Notes
from assistant.agent.quoting import quoted
from assistant.agent.tool import tool
from assistant.errors import ToolError

AT_MOST = 20
EXCERPT = 1_500  # characters of each note that a search shows

Title = Annotated[str, Field(min_length=1, max_length=200)]
Body = Annotated[str, Field(max_length=20_000)]
NoteId = Annotated[str, Field(min_length=1, max_length=64)]


async def _restore(saved: JsonValue, context: ToolContext) -> str:
    note = await context.backend(Notes).restore(saved)
    return f"The note “{note.title}” is as it was before."


async def _discard(saved: JsonValue, context: ToolContext) -> str:
    note, _ = await context.backend(Notes).delete(str(saved))
    return f"The note “{note.title}” is deleted again."


@tool(
    Effect.WRITE,
    "Wrote a note",
    about="Keeps something as a note.",
    needs=Notes,
    repeatable=True,
    undo=_discard,
)
async def create_note(context: ToolContext, title: Title, text: Body) -> Output:
    """Keep something for the user as a note with a title and a text."""
    notes = context.backend(Notes)
    note = await notes.create(title, text, tainted=context.tainted, key=context.key)
    return Output(f"Kept as note {note.id}.", untrusted=False, undo=note.id)


@tool(Effect.READ, "Searched the notes", about="Finds words in your notes.", needs=Notes)
async def search_notes(
    context: ToolContext,
    words: Annotated[str, Field(max_length=200)] = "",
    limit: Annotated[int, Field(ge=1, le=AT_MOST)] = 5,
) -> Output:
    """Find the user's notes that hold all these words; without words, the newest ones."""
    found = await context.backend(Notes).search(words, limit)
    if not found:
        return Output("No note holds these words." if words else "There are no notes yet.")
    told = "\n\n".join(_told(note) for note in found)
    return Output(told, untrusted=any(note.tainted for note in found))


def _told(note: Note) -> str:
    cut = note.text if len(note.text) <= EXCERPT else f"{note.text[:EXCERPT]}…"
    return f"Note {note.id}: {note.title}\n{cut}"


# Not to be repeated: a second try would keep what the first one wrote as what was there before.
@tool(Effect.WRITE, "Changed a note", about="Changes a note.", needs=Notes, undo=_restore)
async def update_note(
    context: ToolContext, note_id: NoteId, title: Title | None = None, text: Body | None = None
) -> Output:
    """Change a note's title, its text, or both. note_id: from search_notes or create_note."""
    if title is None and text is None:
        raise ToolError("Give a new title, a new text, or both.")
    notes = context.backend(Notes)
    note, before = await notes.update(note_id, title, text, tainted=context.tainted)
    return Output(f"Note {note.id} is changed.", untrusted=False, undo=before)


async def _deletes(note_id: str, context: ToolContext) -> Intent:
    note = await context.backend(Notes).find(note_id)
    return Intent(
        Effect.DESTROY, f"Delete the note {quoted(note.title)}", (Target("note", note.title),)
    )


@tool(
    Effect.DESTROY,
    "Deleted a note",
    about="Deletes a note.",
    intent=_deletes,
    needs=Notes,
    repeatable=True,
    undo=_restore,
)
async def delete_note(context: ToolContext, note_id: NoteId) -> Output:
    """Delete a note. The user can bring it back for 30 days."""
    note, before = await context.backend(Notes).delete(note_id)
    return Output(f"The note “{note.title}” is deleted.", untrusted=note.tainted, undo=before)


NOTE_TOOLS = (create_note, search_notes, update_note, delete_note)
