"""What of an export cannot be taken as it is: mended, or left and named."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from assistant.services import (
    conversations,
    imported_talks,
    unpacking,
)
from assistant.services.contents import NOT_RUN
from assistant.services.imports import import_archive
from tests.services.archives import (
    TOOL,
    brought,
    exported,
    packed,
    talk_file,
    talks_in,
    text,
)
from tests.services.talk import rows, shown, text_of


async def test_what_goes_on_from_nothing_is_left_and_named(alice):
    part = json.loads(talk_file(title="Long", continues=True, count=2))
    part["messages"][0]["parent"] = "before"
    archive = packed({"conversations/1.part0002.json": json.dumps(part)})
    assert await brought(alice, archive) == (0, [("Long", imported_talks.WITHOUT_START)])
    first = talk_file(id=part["id"], title="Long", count=2, head="elsewhere")
    both = packed(
        {"conversations/1.json": first, "conversations/1.part0002.json": json.dumps(part)}
    )
    assert await brought(alice, both) == (1, [("Long", imported_talks.WITHOUT_START)])


@pytest.mark.parametrize("state", ["running", "waiting"])
async def test_a_reply_that_was_open_is_interrupted_and_its_calls_did_not_run(alice, state):
    reply = {
        "id": "r", "parent": "q", "role": "assistant", "status": state,
        "created_at": "2024-05-01T10:00:00+00:00",
        "parts": [TOOL | {"state": state, "result": ""}],
    }  # fmt: skip
    file = json.loads(talk_file())
    file = file | {"messages": [reply, *file["messages"]], "head": "r"}  # the child first
    assert await brought(alice, packed({"conversations/1.json": json.dumps(file)})) == (
        1,
        [],
    )
    talk = (await conversations.overview(alice.id, 10)).listed[0]
    question, answer = await shown(alice, talk.id)
    assert text_of(question["parts"]) == "Where to?"
    assert answer["status"] == "interrupted"
    assert (answer["parts"][0]["state"], answer["parts"][0]["result"]) == ("failed", NOT_RUN)


async def test_a_time_to_come_is_now_at_the_latest(alice):
    later = (datetime.now(UTC) + timedelta(days=900)).isoformat()
    file = talk_file(touched_at=later)
    assert (await import_archive(alice, packed({"conversations/1.json": file}))).conversations == 1
    talk = (await conversations.overview(alice.id, 10)).listed[0]
    assert talk.touched_at <= datetime.now(UTC)


async def test_nul_and_half_symbols_become_the_replacement_sign(alice):
    file = talk_file(title="a\0b\ud800", message={"error": "x\0", "parts": [text("\0\udfff!")]})
    assert (await import_archive(alice, packed({"conversations/1.json": file}))).conversations == 1
    talk = (await conversations.overview(alice.id, 10)).listed[0]
    assert talk.title == "a\ufffdb\ufffd"
    message = (await shown(alice, talk.id))[0]
    assert (text_of(message["parts"]), message["error"]) == ("\ufffd\ufffd!", "x\ufffd")


async def test_blocks_that_vendors_would_read_again_are_not_taken(alice, db):
    file = talk_file(message={"parts": [text("hi") | {"replay": {"model": "m", "payload": 1}}]})
    await import_archive(alice, packed({"conversations/1.json": file}))
    assert "replay" not in (await exported(alice)).decode("latin-1")
    assert talks_in(await exported(alice))[0]["messages"][0]["parts"] == [text("hi")]


async def test_what_is_wrong_is_left_and_named_and_the_rest_is_kept(alice):
    archive = packed(
        {
            "conversations/1-good.json": talk_file(title="Good"),
            "conversations/2-no.json": "no json",
            "conversations/3-role.json": talk_file(message={"role": "system"}),
            "conversations/4-good.json": talk_file(title="Good too"),
        }
    )
    imported, skipped = await brought(alice, archive)
    assert imported == 2
    assert [each.item for each in skipped] == ["2-no.json", "3-role.json"]
    assert skipped[0].why == "it is not JSON"
    assert skipped[1].why == "messages.0.role: it is none of the words that may stand there"
    listed = (await conversations.overview(alice.id, 10)).listed
    assert {each.title for each in listed} == {"Good", "Good too"}


async def test_what_unpacks_to_too_much_is_left_and_what_came_before_is_kept(alice, monkeypatch):
    monkeypatch.setattr(unpacking, "ALL_BYTES", 3_000)
    large = talk_file(message={"parts": [text("x" * 5_000)]})
    archive = packed({f"conversations/{n}.json": f for n, f in enumerate([talk_file(), large] * 2)})
    package = unpacking.Package.of(archive)
    package.left = 3_000
    monkeypatch.setattr(unpacking.Package, "of", lambda _: package)
    imported, skipped = await brought(alice, archive)
    assert imported == 1
    assert skipped == [("1.json", unpacking.TOO_MUCH)]


async def test_a_part_that_is_there_twice_brings_its_messages_once(alice, db):
    first = talk_file(title="Long", count=2)
    last = {"id": "last", "parent": "q"}
    part = talk_file(id=json.loads(first)["id"], title="Long", continues=True, message=last)
    names = ("1.json", "1.part0002 copy.json", "1.part0002.json")
    files = {f"conversations/{n}": c for n, c in zip(names, (first, part, part), strict=True)}
    assert await brought(alice, packed(files)) == (1, [("Long", imported_talks.REPEATED)])
    found = await rows(db, "select from messages where user_id = $1", alice.id)
    assert len(found) == 2
