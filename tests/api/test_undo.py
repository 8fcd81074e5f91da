"""What a call has done is taken back over HTTP."""

from uuid import uuid4

from assistant.agent.tools.notes import delete_note
from assistant.services.notes import StoredNotes
from tests.services.calls import done


async def test_it_answers_with_what_is_so_again_and_then_refuses(ann):
    notes = StoredNotes(ann.user.id)
    note = await notes.create("Milk", "Two litres", tainted=False, key="k")
    call = await done(ann.user, delete_note, {"note_id": note.id})
    first = await ann.browser.post(f"/api/undo/{call}")
    assert (first.status_code, first.json()) == (
        200,
        {"said": "The note “Milk” is as it was before."},
    )
    second = await ann.browser.post(f"/api/undo/{call}")
    assert (second.status_code, second.json()) == (
        422,
        {"error": "This has been undone already."},
    )


async def test_what_is_not_there_or_somebody_elses_does_not_exist(ann, ben):
    notes = StoredNotes(ben.user.id)
    note = await notes.create("Milk", "Two litres", tainted=False, key="k")
    theirs = await done(ben.user, delete_note, {"note_id": note.id})
    for call in (theirs, uuid4(), "x"):
        answer = await ann.browser.post(f"/api/undo/{call}")
        assert (answer.status_code, answer.json()) == (404, {"error": "This call does not exist."})


async def test_nobody_undoes_nothing(visitor):
    assert (await visitor.post(f"/api/undo/{uuid4()}")).status_code == 401
