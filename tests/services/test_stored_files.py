"""A user's files as the tools see them: errors are sentences for the model."""

import pytest

from assistant.agent.acts import ToolContext
from assistant.agent.backends.files import Files
from assistant.agent.tools.files import delete_file, list_files, read_file, write_file
from assistant.errors import ToolError
from assistant.services.file_uploads import upload
from assistant.services.stored_files import NO_TEXT, NONE, StoredFiles
from tests.papers import png

NOBODYS = "6a0f3c52-5b0e-4c7c-9a55-2f0f3bd1c7ae"


@pytest.fixture
def mine(alice) -> StoredFiles:
    return StoredFiles(alice.id)


def context(mine: StoredFiles, key: str = "k", *, tainted: bool = False) -> ToolContext:
    return ToolContext(key=key, tainted=tainted, backends={Files: mine})


async def names(mine: StoredFiles) -> list[str]:
    return [file.name for file in await mine.list("", 50)]


async def test_a_file_is_written_read_replaced_and_taken_back(mine) -> None:
    first = await write_file.run({"name": "plan.md", "text": "one"}, context(mine, "a"))
    old = (await mine.list("", 1))[0].id
    change = {"name": "plan2.md", "text": "two", "replaces": old}
    second = await write_file.run(change, context(mine, "b"))
    assert await names(mine) == ["plan2.md"]
    assert (await mine.read((await mine.list("", 1))[0].id))[1] == "two"
    await write_file.undo(second.undo, context(mine))
    assert (await mine.read(old))[1] == "one"
    await write_file.undo(first.undo, context(mine))
    assert await names(mine) == []


async def test_a_deleted_file_comes_back(mine) -> None:
    file, _ = await mine.write("plan.md", "one", None, tainted=False, key="a")
    done = await delete_file.run({"file_id": file.id}, context(mine))
    assert await names(mine) == []
    assert await delete_file.undo(done.undo, context(mine)) == (
        "The file “plan.md” is as it was before."
    )
    assert await names(mine) == ["plan.md"]


async def test_who_wrote_it_is_kept(mine, alice) -> None:
    await write_file.run({"name": "own", "text": "x"}, context(mine, "a"))
    assert not (await list_files.run({}, context(mine))).untrusted
    await write_file.run({"name": "read", "text": "x"}, context(mine, "b", tainted=True))
    assert (await list_files.run({}, context(mine))).untrusted
    assert (await list_files.run({"words": "read"}, context(mine))).untrusted
    await upload(alice.id, "mail.txt", b"x")
    shown = await read_file.run({"file_id": (await mine.list("MAIL", 5))[0].id}, context(mine))
    assert shown.untrusted


async def test_they_are_found_by_words_of_their_names(mine) -> None:
    for number, name in enumerate(("Plan of May.md", "plan of June.md", "other.md")):
        await mine.write(name, "x", None, tainted=False, key=str(number))
    assert [file.name for file in await mine.list("MAY plan", 5)] == ["Plan of May.md"]
    assert [file.name for file in await mine.list("plan", 1)] == ["plan of June.md"]


@pytest.mark.parametrize("file_id", ["x", "", "../etc", NOBODYS])
async def test_what_is_no_file_says_so(mine, file_id) -> None:
    for doing in (mine.find(file_id), mine.read(file_id), mine.delete(file_id)):
        with pytest.raises(ToolError) as caught:
            await doing
        assert str(caught.value) == NONE


@pytest.mark.parametrize(
    "saved",
    [None, "x", [], {"deleted": "x"}, {"deleted": NOBODYS}, {}],
)
async def test_what_cannot_be_taken_back_says_so(mine, saved) -> None:
    with pytest.raises(ToolError, match="There is no such file"):
        await mine.restore(saved)


async def test_a_picture_has_no_text(mine, alice) -> None:
    kept = await upload(alice.id, "a.png", png())
    with pytest.raises(ToolError) as caught:
        await mine.read(str(kept.id))
    assert str(caught.value) == NO_TEXT


async def test_a_bad_name_is_told_to_the_model(mine) -> None:
    with pytest.raises(ToolError, match="This is no name for a file"):
        await mine.write("../x", "x", None, tainted=False, key="a")


async def test_another_users_file_is_none(mine, bob) -> None:
    file, saved = await mine.write("plan.md", "one", None, tainted=False, key="a")
    others = StoredFiles(bob.id)
    for doing in (others.read(file.id), others.delete(file.id), others.restore(saved)):
        with pytest.raises(ToolError):
            await doing
