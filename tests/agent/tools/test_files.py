"""The tools of files, on files that a test has written."""

import pytest
from pydantic import JsonValue

from assistant.agent.acts import Effect, Intent, Target, ToolContext
from assistant.agent.backends.files import File, Files
from assistant.agent.tools.files import (
    FILE_TOOLS,
    PART,
    delete_file,
    list_files,
    read_file,
    write_file,
)
from assistant.errors import ToolError


class WrittenFiles:
    """Files by their ids, which are numbers."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[File, str]] = {}
        self.gone: dict[str, tuple[File, str]] = {}

    async def list(self, words: str, limit: int) -> tuple[File, ...]:
        return tuple(file for file, _ in self.kept.values() if words in file.name)[:limit]

    async def find(self, file_id: str) -> File:
        return (await self.read(file_id))[0]

    async def read(self, file_id: str) -> tuple[File, str]:
        if file_id not in self.kept:
            raise ToolError("There is no such file.")
        return self.kept[file_id]

    async def write(
        self, name: str, text: str, replaces: str | None, *, tainted: bool, key: str
    ) -> tuple[File, JsonValue]:
        if replaces:
            await self.delete(replaces)
        file = File(key, name, "text/plain", len(text), tainted)
        self.kept[key] = (file, text)
        return file, {"added": key, "deleted": replaces}

    async def delete(self, file_id: str) -> tuple[File, JsonValue]:
        file = await self.find(file_id)
        self.gone[file_id] = self.kept.pop(file_id)
        return file, {"added": None, "deleted": file_id}

    async def restore(self, saved: JsonValue) -> File:
        if saved["added"]:
            self.gone[saved["added"]] = self.kept.pop(saved["added"])
        if saved["deleted"]:
            self.kept[saved["deleted"]] = self.gone.pop(saved["deleted"])
        return (self.kept | self.gone)[saved["deleted"] or saved["added"]][0]


@pytest.fixture
def files() -> WrittenFiles:
    return WrittenFiles()


def context(files: WrittenFiles, key: str = "1", *, tainted: bool = False) -> ToolContext:
    return ToolContext(key=key, tainted=tainted, backends={Files: files})


async def written(files: WrittenFiles, name: str, text: str, key: str = "1") -> str:
    await write_file.run({"name": name, "text": text}, context(files, key))
    return key


def test_each_has_its_effect_and_can_be_tried_again() -> None:
    assert [(tool.name, tool.effect) for tool in FILE_TOOLS] == [
        ("list_files", Effect.READ),
        ("read_file", Effect.READ),
        ("write_file", Effect.WRITE),
        ("delete_file", Effect.DESTROY),
    ]
    assert all(tool.needs is Files and tool.repeatable for tool in FILE_TOOLS)
    assert [tool.name for tool in FILE_TOOLS if tool.undo] == ["write_file", "delete_file"]


async def test_the_list_names_ids_and_kinds(files) -> None:
    assert (await list_files.run({}, context(files))).content == "There are no files yet."
    await written(files, "plan.md", "words")
    assert (await list_files.run({}, context(files))).content == (
        "1  plan.md  (text/plain, 5 bytes)"
    )
    none = await list_files.run({"words": "x"}, context(files))
    assert none.content == "No file has such a name."


async def test_a_long_file_is_read_in_parts_that_make_the_whole(files) -> None:
    text = "".join(f"{number} " for number in range(4000))
    file_id = await written(files, "long.txt", text)
    first = (await read_file.run({"file_id": file_id}, context(files))).content
    rest = (await read_file.run({"file_id": file_id, "start": PART}, context(files))).content
    head = f"long.txt (text/plain, {len(text):,} bytes)\n\n"
    note = f"\n\n[{len(text) - PART:,} more characters: go on with start={PART}.]"
    assert first.removeprefix(head).removesuffix(note) + rest.removeprefix(head) == text
    past = await read_file.run({"file_id": file_id, "start": 99_999}, context(files))
    assert past.content.endswith("[There is no text here.]")


async def test_the_card_names_the_files(files) -> None:
    file_id = await written(files, "plan.md", "words")
    assert await delete_file.intent({"file_id": file_id}, context(files)) == Intent(
        Effect.DESTROY, "Delete the file “plan.md”", (Target("file", "plan.md"),)
    )
    new = {"name": "new.md", "text": "abc"}
    assert await write_file.intent(new, context(files)) == Intent(
        Effect.WRITE, "Write the file “new.md” (3 characters)", (Target("file", "new.md"),)
    )
    assert await write_file.intent(new | {"replaces": file_id}, context(files)) == Intent(
        Effect.WRITE,
        "Write the file “new.md” (3 characters) in place of “plan.md”",
        (Target("file", "new.md"), Target("file", "plan.md")),
    )
    with pytest.raises(ToolError):
        await delete_file.intent({"file_id": "9"}, context(files))


async def test_what_others_may_have_written_is_marked(files) -> None:
    own = await written(files, "own", "x")
    await write_file.run({"name": "theirs", "text": "x"}, context(files, "2", tainted=True))
    for file_id, untrusted in ((own, False), ("2", True)):
        shown = await read_file.run({"file_id": file_id}, context(files))
        assert shown.untrusted is untrusted
    assert (await list_files.run({}, context(files))).untrusted
    assert (await delete_file.run({"file_id": "2"}, context(files))).untrusted


async def test_both_changes_can_be_taken_back(files) -> None:
    file_id = await written(files, "plan.md", "one")
    change = {"name": "plan.md", "text": "two", "replaces": file_id}
    done = await write_file.run(change, context(files, "2"))
    assert await write_file.undo(done.undo, context(files)) == (
        "The file “plan.md” is as it was before."
    )
    assert list(files.kept) == ["1"]
    done = await delete_file.run({"file_id": "1"}, context(files))
    assert not files.kept
    await delete_file.undo(done.undo, context(files))
    assert list(files.kept) == ["1"]


@pytest.mark.parametrize(
    "arguments",
    [
        *({}, {"name": "a"}, {"name": "", "text": "x"}, {"name": "a" * 201, "text": "x"}),
        *({"name": "a", "text": "x" * 100_001}, {"name": "a", "text": "x", "folder": "/"}),
    ],
)
async def test_what_does_not_fit_is_named(arguments, files) -> None:
    with pytest.raises(ToolError, match="The arguments do not fit"):
        await write_file.run(arguments, context(files))


async def test_without_files_they_say_so() -> None:
    with pytest.raises(ToolError, match="No files is connected"):
        await list_files.run({}, ToolContext())
