"""The user's files: list, read, write, delete."""

from typing import Annotated

from pydantic import Field, JsonValue

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.backends.files import File, Files
from assistant.agent.quoting import quoted
from assistant.agent.tool import tool

AT_MOST = 50
PART = 15_000  # characters of a file that one reading shows

Name = Annotated[str, Field(min_length=1, max_length=200)]
Body = Annotated[str, Field(max_length=100_000)]
FileId = Annotated[str, Field(min_length=1, max_length=64)]


@tool(Effect.READ, "Listed files", about="Finds your files by name.", needs=Files, repeatable=True)
async def list_files(
    context: ToolContext,
    words: Annotated[str, Field(max_length=200)] = "",
    limit: Annotated[int, Field(ge=1, le=AT_MOST)] = 20,
) -> Output:
    """List the user's files whose names hold all these words, newest first, with their ids."""
    found = await context.backend(Files).list(words, limit)
    if not found:
        return Output("No file has such a name." if words else "There are no files yet.")
    told = "\n".join(f"{file.id}  {file.name}  ({_kind(file)})" for file in found)
    return Output(told, untrusted=any(file.tainted for file in found))


def _kind(file: File) -> str:
    return f"{file.media}, {file.size:,} bytes"


@tool(
    Effect.READ,
    "Read a file",
    about="Reads a file: text, PDF, Word, Excel, PowerPoint or OpenDocument.",
    needs=Files,
    repeatable=True,
)
async def read_file(
    context: ToolContext,
    file_id: FileId,
    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0,
) -> Output:
    """Read the text of a file: of text files, PDF, Word, Excel, PowerPoint and OpenDocument.

    A long one comes in parts: go on with the start that the note at the end of a part says.
    """
    file, text = await context.backend(Files).read(file_id)
    part = text[start : start + PART] or "[There is no text here.]"
    left = len(text) - start - PART
    note = f"\n\n[{left:,} more characters: go on with start={start + PART}.]" if left > 0 else ""
    return Output(f"{file.name} ({_kind(file)})\n\n{part}{note}", untrusted=file.tainted)


async def _writes(name: str, text: str, replaces: str | None, context: ToolContext) -> Intent:
    sentence = f"Write the file {quoted(name)} ({len(text):,} characters)"
    if replaces is None:
        return Intent(Effect.WRITE, sentence, (Target("file", name),))
    old = await context.backend(Files).find(replaces)
    named = (Target("file", name), Target("file", old.name))
    return Intent(Effect.WRITE, f"{sentence} in place of {quoted(old.name)}", named)


async def _restore(saved: JsonValue, context: ToolContext) -> str:
    file = await context.backend(Files).restore(saved)
    return f"The file “{file.name}” is as it was before."


@tool(
    Effect.WRITE,
    "Wrote a file",
    about="Keeps a text as a file of yours.",
    intent=_writes,
    needs=Files,
    repeatable=True,
    undo=_restore,
)
async def write_file(
    context: ToolContext, name: Name, text: Body, replaces: FileId | None = None
) -> Output:
    """Keep a text as a file of the user. name: with its ending, as "plan.md", without a folder.

    replaces: the id of the file whose place it takes, for a new version.
    """
    files = context.backend(Files)
    file, before = await files.write(name, text, replaces, tainted=context.tainted, key=context.key)
    return Output(f"Kept as file {file.id}.", untrusted=False, undo=before)


async def _deletes(file_id: str, context: ToolContext) -> Intent:
    file = await context.backend(Files).find(file_id)
    return Intent(
        Effect.DESTROY, f"Delete the file {quoted(file.name)}", (Target("file", file.name),)
    )


@tool(
    Effect.DESTROY,
    "Deleted a file",
    about="Deletes a file.",
    intent=_deletes,
    needs=Files,
    repeatable=True,
    undo=_restore,
)
async def delete_file(context: ToolContext, file_id: FileId) -> Output:
    """Delete a file. The user can bring it back for 30 days."""
    file, before = await context.backend(Files).delete(file_id)
    return Output(f"The file “{file.name}” is deleted.", untrusted=file.tainted, undo=before)


FILE_TOOLS = (list_files, read_file, write_file, delete_file)
