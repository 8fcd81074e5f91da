"""What a call has done is taken back once, within a month, by its owner."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from assistant.agent.tools import TOOLS
from assistant.agent.tools.notes import create_note, delete_note, update_note
from assistant.errors import NotFound, Refused, ToolError
from assistant.services import turns
from assistant.services.notes import StoredNotes
from assistant.services.undo import ALREADY, CANNOT, GONE, NOT_YET, TOO_OLD, undo
from tests.services.calls import done, written
from tests.services.talk import ended, rows, say, shown, wish


@pytest.fixture
async def note(alice):
    return await StoredNotes(alice.id).create("Milk", "Two litres", tainted=False, key="k")


async def log(db, user):
    query = "select status, undoes from tool_executions where user_id = $1 order by created_at"
    return [tuple(row.values()) for row in await rows(db, query, user.id)]


async def test_a_changed_note_is_as_it_was(alice, note, db):
    call = await done(alice, update_note, {"note_id": note.id, "text": "Three litres"})
    assert await undo(alice.id, call) == "The note “Milk” is as it was before."
    assert (await StoredNotes(alice.id).find(note.id)).text == "Two litres"
    assert await log(db, alice) == [("done", None), ("started", None), ("undone", call)]


async def test_a_new_note_is_gone_again(alice):
    call = await done(alice, create_note, {"title": "Milk", "text": "Two litres"})
    assert await undo(alice.id, call) == "The note “Milk” is deleted again."
    assert await StoredNotes(alice.id).search("", 5) == []


async def test_a_deleted_note_is_there_again(alice, note):
    call = await done(alice, delete_note, {"note_id": note.id})
    with pytest.raises(ToolError):
        await StoredNotes(alice.id).find(note.id)
    await undo(alice.id, call)
    assert (await StoredNotes(alice.id).find(note.id)).text == "Two litres"


async def test_the_line_of_a_call_that_had_not_to_wait_leads_to_it_and_says_that_it_is_undone(
    alice, demo, db
):
    started = await say(alice, 'use create_note {"title": "Milk", "text": "Two litres"}')
    await ended(alice, started)
    (_, reply) = await shown(alice, started.conversation_id)
    call = next(part for part in reply["parts"] if part["type"] == "tool")
    await undo(alice.id, UUID(call["execution"]))
    (_, reply) = await shown(alice, started.conversation_id)
    call = next(part for part in reply["parts"] if part["type"] == "tool")
    assert (call["state"], call["execution"], call["undone"]) == ("done", "", True)
    assert (await log(db, alice))[-1][0] == "undone"


async def test_it_waits_for_the_end_of_the_answer_that_did_it(alice, note, grip, db):
    """Until then what is stored of the answer is written anew, and would not say so."""
    row = await done(alice, delete_note, {"note_id": note.id}, turn_id=grip.turn_id)
    with pytest.raises(Refused, match=NOT_YET):
        await undo(alice.id, row)
    await rows(db, "update turns set status = 'done' where id = $1", grip.turn_id)
    assert await undo(alice.id, row) == "The note “Milk” is as it was before."


async def test_it_is_taken_back_in_the_time_zone_in_which_it_was_asked_for(
    alice, demo, monkeypatch
):
    async def told(saved, context):
        return context.timezone

    ours = tuple(replace(each, undo=told) if each is create_note else each for each in TOOLS)
    monkeypatch.setattr("assistant.services.toolkit.TOOLS", ours)
    asked = wish(timezone="Asia/Tokyo")
    started = await turns.send(
        alice.id, None, 'use create_note {"title": "Milk", "text": ""}', asked
    )
    await ended(alice, started)
    (_, reply) = await shown(alice, started.conversation_id)
    call = next(part for part in reply["parts"] if part["type"] == "tool")
    assert await undo(alice.id, UUID(call["execution"])) == "Asia/Tokyo"


async def test_a_second_time_says_that_it_is_undone_and_changes_nothing(alice, note, db):
    call = await done(alice, update_note, {"note_id": note.id, "text": "Three litres"})
    await undo(alice.id, call)
    await StoredNotes(alice.id).update(note.id, None, "Four litres", tainted=False)
    with pytest.raises(Refused, match=ALREADY):
        await undo(alice.id, call)
    assert (await StoredNotes(alice.id).find(note.id)).text == "Four litres"


async def test_of_ten_at_once_one_has_undone_it(alice, note, db):
    call = await done(alice, delete_note, {"note_id": note.id})
    told = await asyncio.gather(*(undo(alice.id, call) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, str) for each in told) == 1
    assert {str(each) for each in told if isinstance(each, Exception)} == {ALREADY}
    assert [status for status, _ in await log(db, alice)].count("undone") == 1


async def test_after_a_month_it_stays_as_it_is(alice, note, db):
    call = await done(alice, delete_note, {"note_id": note.id})
    aged = "update tool_executions set created_at = now() - interval '31 days' where id = $1"
    await rows(db, aged, call)
    with pytest.raises(Refused, match=TOO_OLD):
        await undo(alice.id, call)


@pytest.mark.parametrize(
    ("tool", "saved", "status", "sentence"),
    [
        ("update_note", None, "done", CANNOT),
        ("update_note", {"id": "x"}, "failed", CANNOT),
        ("calculator", {"id": "x"}, "done", GONE),
        ("no_such_tool", {"id": "x"}, "done", GONE),
    ],
)
async def test_what_left_nothing_or_has_no_way_back_is_refused(
    tool, saved, status, sentence, alice
):
    call = await written(alice, tool, {}, saved, status=status)
    with pytest.raises(Refused, match=sentence):
        await undo(alice.id, call)


async def test_a_tool_that_fails_says_why_and_may_be_asked_again(alice, db):
    call = await written(alice, "update_note", {}, {"id": str(uuid4())})
    for _ in range(2):
        with pytest.raises(Refused, match="There is no such note"):
            await undo(alice.id, call)
    assert [status for status, _ in await log(db, alice)] == [
        "done", "started", "failed", "started", "failed",
    ]  # fmt: skip


async def test_a_call_of_somebody_else_does_not_exist(alice, bob, note):
    call = await done(alice, delete_note, {"note_id": note.id})
    for whose, which in ((bob, call), (alice, uuid4())):
        with pytest.raises(NotFound, match=r"This call does not exist\."):
            await undo(whose.id, which)
