"""A line of the log says what was done, who allowed it, and what it cost."""

from uuid import uuid4

from assistant.agent.tools.notes import delete_note
from assistant.database import user_session
from assistant.models import ToolPermission
from assistant.services.notes import StoredNotes
from assistant.services.undo import undo
from tests.services.calls import asked_model, done, told, written
from tests.services.talk import rows


async def test_a_request_says_whom_it_asked_and_what_it_cost(alice):
    await asked_model(alice)
    await asked_model(alice, "claude-haiku-5-5", "title")
    await asked_model(alice, "claude-haiku-5-5", "summary")
    summary, title, answer = await told(alice)
    assert (answer.verb, answer.tokens_in, answer.tokens_out) == (
        "Asked Claude Sonnet 5.5", 1_000, 500,
    )  # fmt: skip
    assert float(answer.cost) > 0
    assert title.verb == "Asked Claude Haiku 5.5 for a title"
    assert summary.verb == "Asked Claude Haiku 5.5 for a summary"


async def test_what_can_be_undone_says_so_until_it_is(alice):
    note = await StoredNotes(alice.id).create("Milk", "", tainted=False, key="k")
    call = await done(alice, delete_note, {"note_id": note.id})
    (one,) = await told(alice)
    assert (one.undo, one.undone) == (True, False)
    await undo(alice.id, call)
    last, begun, one = await told(alice)
    assert (one.undo, one.undone) == (False, True)
    assert (last.status, last.approved_by, begun.status) == ("undone", "You", "started")


async def test_who_or_what_allowed_it_is_in_words(alice):
    permission = ToolPermission(user_id=alice.id, tool="send_mail", rule="grant")
    async with user_session(alice.id) as session:
        session.add(permission)
    expected = {
        str(permission.id): "Your permission of ",
        str(uuid4()): "A permission of yours",
        "off": "You have turned the tool off",
        "can be undone": "No need to ask: can be undone",
    }
    for rule, words in expected.items():
        await written(alice, "send_mail", {}, rule=rule)
        assert (await told(alice))[0].approved_by.startswith(words)
    for status, words in {"asked": "Waits for you", "approved": "You", "denied": "You"}.items():
        await written(alice, "send_mail", {}, status=status, details={"approval": str(uuid4())})
        assert (await told(alice))[0].approved_by == words


async def test_only_what_has_happened_is_told_as_done(alice):
    verbs = {"asked": "Delete note", "started": "Delete note", "failed": "Delete note",
             "denied": "Delete note", "done": "Deleted a note"}  # fmt: skip
    for status, verb in verbs.items():
        await written(alice, "delete_note", {}, status=status)
        assert (await told(alice))[0].verb == verb
    await written(alice, "tool_of_yore", {}, status="done")
    assert (await told(alice))[0].verb == "Tool of yore"


async def test_what_does_not_open_is_said_to_be_unreadable(alice, db):
    await written(alice, "calculator", {})
    await rows(db, "update tool_executions set input = 'x' where user_id = $1", alice.id)
    assert [one.asked for one in await told(alice)] == ["Unreadable"]
