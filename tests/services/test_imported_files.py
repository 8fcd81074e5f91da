"""Files of an archive pass what an upload passes, come once, and messages lead to them."""

import io
import json
import zipfile
from uuid import uuid4

import pytest
from limits import parse_many

from assistant.config import settings
from assistant.services import attachments, file_room, files, rate_limits
from assistant.services.file_kinds import BROKEN, TWO_KINDS, UNKNOWN
from assistant.services.file_names import BAD
from assistant.services.file_uploads import EMPTY, upload
from assistant.services.files import New
from assistant.services.imported import HERE_ALREADY
from assistant.services.imported_files import ANOTHER, SAME
from assistant.services.imports import import_archive
from assistant.services.rate_limits import Rate
from assistant.services.unpacking import NOT_THERE, TWICE
from tests.papers import pdf, png
from tests.services.archives import (
    PLAN,
    everything,
    exported,
    import_one,
    listed_file,
    packed,
    said,
    shelve,
    talks_in,
    text,
    with_files,
)
from tests.services.talk import rows


async def talk_about(user, *names: str) -> list:
    """A conversation in which these files are attached; returns the files."""
    kept = [await upload(user.id, name, PLAN + name.encode()) for name in names]
    parts = await attachments.parts_of(user.id, [file.id for file in kept])
    asked = said("q", None, "user", text("Where?"), *parts)
    await shelve(user, [{"title": "Plan", "head": "q", "messages": [asked]}])
    return kept


async def attached(user) -> list[str]:
    """The ids of the files in the user's only conversation."""
    [talk] = talks_in(await exported(user))
    return [p["id"] for p in talk["messages"][0]["parts"] if p["type"] == "file"]


async def test_their_content_kind_text_and_times_come_back(alice, bob) -> None:
    for name, content in (
        ("plan.txt", PLAN), ("plan.txt", PLAN), ("a.pdf", pdf("Zagreb")), ("a.png", png()),
    ):  # fmt: skip
        await upload(alice.id, name, content)
    before = await exported(alice)
    done = await import_archive(bob, before)
    assert (done.files, done.skipped) == (4, [])
    assert everything(before)["files"] == everything(await exported(bob))["files"]
    assert all(file.tainted for file in await files.listed(bob.id))
    again = await import_archive(bob, before)
    assert again.files == 0
    assert {each.why for each in again.skipped} == {HERE_ALREADY}
    assert len(await files.listed(bob.id)) == 4


async def test_messages_lead_to_the_files_that_came_with_them(alice, bob) -> None:
    await talk_about(alice, "a.txt", "b.txt")
    await import_archive(bob, await exported(alice))
    found = [await files.find(bob.id, file_id) for file_id in await attached(bob)]
    assert [file.name for file in found] == ["a.txt", "b.txt"]
    assert await files.content_of(bob.id, found[0]) == PLAN + b"a.txt"


async def test_a_file_that_comes_later_is_the_one_that_messages_name(alice, bob) -> None:
    """As when there was no room for it the first time."""
    await talk_about(alice, "a.txt")
    whole = await exported(alice)
    without = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as read, zipfile.ZipFile(without, "w") as made:
        for name in read.namelist():
            if not name.endswith("a.txt"):
                made.writestr(name, read.read(name))
    assert (await import_archive(bob, without.getvalue())).skipped == [("a.txt", NOT_THERE)]
    assert (await import_archive(bob, whole)).files == 1
    [file_id] = await attached(bob)
    assert (await files.find(bob.id, file_id)).name == "a.txt"


async def test_the_same_account_has_its_deleted_file_back_where_messages_name_it(
    alice,
) -> None:
    [kept] = await talk_about(alice, "a.txt")
    given = await exported(alice)
    await files.remove(alice.id, kept.id)
    assert (await import_archive(alice, given)).files == 1
    assert await attached(alice) == [str(kept.id)]
    back = await files.find(alice.id, kept.id)
    assert await files.content_of(alice.id, back) == PLAN + b"a.txt"
    assert len(await files.deleted(alice.id)) == 0


async def test_a_deleted_file_does_not_come_back_in_place_of_another_that_is_in_the_archive(
    alice,
) -> None:
    assert await import_one(alice, PLAN) == []
    [file] = await files.listed(alice.id)
    await files.remove(alice.id, file.id)
    assert await import_one(alice, b"another plan") == [("1.txt", ANOTHER)]
    assert await files.listed(alice.id) == []
    assert await import_one(alice, PLAN) == []
    assert await files.listed(alice.id) == [file]


async def test_what_was_purged_meanwhile_comes_anew(alice, db) -> None:
    [kept] = await talk_about(alice, "a.txt")
    given = await exported(alice)
    await files.remove(alice.id, kept.id)
    old = "update files set deleted_at = now() - interval '31 days' where user_id = $1"
    await rows(db, old, alice.id)
    await files.purge(alice.id, kept.id)
    assert (await import_archive(alice, given)).files == 1
    [back] = await files.listed(alice.id)
    assert (back.name, back.created_at) == ("a.txt", kept.created_at)


async def test_one_that_travels_home_is_known_there(alice, bob) -> None:
    await talk_about(alice, "a.txt")
    await import_archive(bob, await exported(alice))
    assert (await import_archive(alice, await exported(bob))).files == 0
    assert len(await files.listed(alice.id)) == 1


async def test_what_was_uploaded_here_by_hand_is_not_doubled_and_messages_lead_to_it(
    alice, bob
) -> None:
    await talk_about(alice, "a.txt")
    mine = await upload(bob.id, "a.txt", PLAN + b"a.txt")
    await upload(bob.id, "a.txt", PLAN + b"b.txt")
    done = await import_archive(bob, await exported(alice))
    assert (done.files, done.skipped) == (0, [("a.txt", SAME)])
    assert await attached(bob) == [str(mine.id)]


async def test_kind_and_text_are_told_by_the_content_and_not_by_the_list(alice) -> None:
    assert (
        await import_one(alice, PLAN, media="text/html", text="<script>", size=5, name="a.html")
        == []
    )
    [file] = await files.listed(alice.id)
    assert (file.media, file.size) == ("text/plain", len(PLAN))
    assert (await files.text_of(alice.id, file.id))[1] == PLAN.decode()


@pytest.mark.parametrize(
    ("content", "facts", "why"),
    [
        (b"MZ\x90\0", {}, UNKNOWN),
        (b"", {}, EMPTY),
        (b"%PDF-1.4 and nothing more", {}, BROKEN),
        (png() + packed({}), {}, TWO_KINDS),
        (b"x" * 20_000_001, {}, "it unpacks to more than 20 MB"),
        (PLAN, {"name": "../../etc/passwd"}, BAD),
        (PLAN, {"name": "txt\u202eexe"}, BAD),
        (PLAN, {"content": "files/2.txt"}, NOT_THERE),
        (PLAN, {"content": "../files/1.txt"}, NOT_THERE),
        (PLAN, {"content": "files/../files/1.txt"}, NOT_THERE),
        (PLAN, {"content": "/etc/passwd"}, NOT_THERE),
        (PLAN, {"content": "manifest.json"}, NOT_THERE),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_an_upload_would_refuse_is_left_and_named(content, facts, why, alice) -> None:
    assert [each.why for each in await import_one(alice, content, **facts)] == [why]
    assert await files.listed(alice.id) == []


async def test_there_is_no_more_room_than_the_plan_has_and_what_fits_comes(
    alice, monkeypatch
) -> None:
    monkeypatch.setattr(file_room, "AT_MOST", 2)
    items = [listed_file(number) for number in range(1, 5)]
    contents = {f"files/{number}.txt": b"%d" % number for number in range(1, 5)}
    done = await import_archive(alice, with_files(items, contents))
    assert done.files == 2
    assert [each.item for each in done.skipped] == ["3.txt", "4.txt"]
    assert all("There is no room for this file" in each.why for each in done.skipped)
    [file, _] = await files.listed(alice.id)
    await files.remove(alice.id, file.id)
    monkeypatch.undo()
    assert (await import_archive(alice, with_files(items, contents))).files == 3


async def test_there_are_not_too_many_in_an_hour(alice, monkeypatch) -> None:
    few = Rate("files from archives", parse_many("3/hour"), costly=True)
    monkeypatch.setitem(rate_limits.RATES, "imported_files", few)
    monkeypatch.setenv("RATE_LIMITS", "true")
    settings.cache_clear()
    items = [listed_file(number, "files/1.txt") for number in range(1, 6)]
    try:
        done = await import_archive(alice, with_files(items, {"files/1.txt": PLAN}))
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert done.files == 3
    assert [each.item for each in done.skipped] == ["4.txt", "5.txt"]
    assert all("too many files from archives" in each.why for each in done.skipped)


async def test_two_files_of_one_name_are_not_told_apart(alice) -> None:
    made = io.BytesIO(with_files([listed_file(1)], {"files/1.txt": PLAN}))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as zipped:
        zipped.writestr("files/1.txt", b"another")
    assert (await import_archive(alice, made.getvalue())).skipped == [("1.txt", TWICE)]


async def test_the_same_file_twice_in_a_list_comes_once(alice) -> None:
    done = await import_archive(alice, with_files([listed_file(1)] * 2, {"files/1.txt": PLAN}))
    assert (done.files, done.skipped) == (1, [("1.txt", HERE_ALREADY)])


async def test_nobodys_id_leads_to_their_file(alice, bob) -> None:
    theirs = await upload(bob.id, "secret.txt", b"secret")
    assert await import_one(alice, PLAN, id=str(theirs.id)) == []
    [file] = await files.listed(alice.id)
    assert file.id != theirs.id
    assert await files.content_of(bob.id, theirs) == b"secret"


async def test_a_message_that_names_a_file_of_nowhere_has_an_id_that_leads_nowhere(
    alice, bob
) -> None:
    await talk_about(alice, "a.txt")
    [talk] = talks_in(await exported(alice))
    talk["messages"][0]["parts"][1]["id"] = "../../api/export"
    await import_archive(bob, packed({"conversations/1.json": json.dumps(talk)}))
    [file_id] = await attached(bob)
    assert len(file_id) == 36
    assert set(file_id) <= set("0123456789abcdef-")


async def test_what_a_tool_has_written_comes_as_what_others_may_have(alice, bob) -> None:
    new = New("a.md", "text/plain", b"mine", "mine", tainted=False, call_key=uuid4().hex)
    await files.keep(alice.id, new)
    await import_archive(bob, await exported(alice))
    assert [file.tainted for file in await files.listed(bob.id)] == [True]
