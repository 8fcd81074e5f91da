"""An export holds the files themselves, under names that are safe on every system."""

import json
from uuid import UUID

import pytest

from assistant.services import file_contents, files
from assistant.services.file_export import archive_name
from assistant.services.files import New
from tests.services import archives

ID = UUID("01234567-89ab-4def-8123-456789abcdef")


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("Plan 1.MD", "files/0123456789ab-plan-1.md"),
        ("天気.txt", "files/0123456789ab-天気.txt"),
        ("...", "files/0123456789ab"),
        ("a.b c", "files/0123456789ab-a-b-c"),
        ("CON.txt", "files/0123456789ab-con.txt"),
    ],
)
def test_names_are_safe_and_never_the_same(name, stands) -> None:
    assert archive_name(ID, name) == stands


async def test_what_is_kept_is_there_and_what_was_deleted_is_only_listed(alice) -> None:
    kept, gone, lost = [
        await files.keep(alice.id, New(name, "text/plain", name.encode(), name))
        for name in ("kept.txt", "gone.txt", "lost.txt")
    ]
    await files.remove(alice.id, gone.id)
    await file_contents.remove(alice.id, lost.id)
    told = archives.files(await archives.exported(alice))
    contents = {name: content for name, content in told.items() if name.startswith("files/")}
    listed = json.loads(contents.pop("files/list.json"))
    assert contents == {archive_name(kept.id, "kept.txt"): b"kept.txt"}
    assert [(each["name"], each["text"], bool(each["content"])) for each in listed] == [
        ("kept.txt", "kept.txt", True),
        ("gone.txt", "gone.txt", False),
        ("lost.txt", "lost.txt", True),
    ]
    assert listed[0]["content"] in contents
