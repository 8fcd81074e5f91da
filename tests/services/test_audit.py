"""The audit log shows its owner all that was done, page by page, and finds words in it."""

from uuid import uuid4

import pytest

from assistant.agent.tools.notes import delete_note
from assistant.agent.types import Usage
from assistant.database import user_session
from assistant.errors import Refused
from assistant.models import ToolPermission
from assistant.services import audit, audit_chain
from assistant.services.audit import page
from assistant.services.audit_queries import REQUESTS, Before, Filters
from assistant.services.keys import vault_in
from assistant.services.notes import StoredNotes
from assistant.services.undo import undo
from assistant.services.usage import record
from tests.services.calls import done, written
from tests.services.talk import ask, rows

ALL = Filters()


async def told(user, filters=ALL, limit=50):
    return (await page(user.id, filters, limit=limit)).entries


async def asked_model(user, model="claude-sonnet-5-5", purpose="answer"):
    async with user_session(user.id) as session:
        request = record(user.id, Usage("anthropic", model, 1_000, 500), purpose)
        audit_chain.add(session, await vault_in(session), [request])


async def test_a_turn_shows_its_requests_and_calls_with_the_conversation(alice, demo):
    state = await ask(alice, 'use calculator {"expression": "6*7"}')
    (call,) = await told(alice, Filters(what="calculator"))
    assert (call.kind, call.verb, call.status) == ("call", "Calculated", "done")
    assert (call.asked, call.answered) == ('{"expression":"6*7"}', "42")
    assert call.approved_by == "No need to ask: reads only"
    requests = await told(alice, Filters(what=REQUESTS))
    assert requests
    assert {one.verb for one in requests} <= {"Asked Demo model", "Asked Demo model for a title"}
    assert state.status == "done"
    assert call.conversation_id is not None
    assert call.conversation_id in {one.conversation_id for one in requests}
    here = await told(alice, Filters(conversation_id=call.conversation_id))
    assert call.id in {one.id for one in here}
    assert await told(alice, Filters(conversation_id=uuid4())) == []


async def test_a_request_says_whom_it_asked_and_what_it_cost(alice):
    await asked_model(alice)
    await asked_model(alice, "claude-haiku-5-5", "title")
    title, answer = await told(alice)
    assert (answer.verb, answer.tokens_in, answer.tokens_out) == (
        "Asked Claude Sonnet 5.5", 1_000, 500,
    )  # fmt: skip
    assert float(answer.cost) > 0
    assert title.verb == "Asked Claude Haiku 5.5 for a title"


async def test_pages_follow_each_other_without_gap_or_repeat(alice):
    for number in range(7):
        await written(alice, "calculator", {"n": number})
        await asked_model(alice)
    seen, before = [], None
    for _ in range(5):
        read = await page(alice.id, ALL, before, 3)
        seen += read.entries
        before = read.before and Before.read(read.before.spelled())
    assert before is None
    assert [one.seq for one in seen] == list(range(14, 0, -1))


async def test_rows_of_one_moment_come_in_their_order(alice):
    async with user_session(alice.id) as session:
        vault = await vault_in(session)
        usage = Usage("anthropic", "claude-sonnet-5-5")
        some = [record(alice.id, usage, "answer") for _ in range(4)]
        audit_chain.add(session, vault, some)
    first = await page(alice.id, ALL, None, 3)
    rest = await page(alice.id, ALL, first.before, 3)
    assert [one.seq for one in (*first.entries, *rest.entries)] == [4, 3, 2, 1]


async def test_filters_take_tool_status_and_days(alice, db):
    await written(alice, "calculator", {})
    await written(alice, "web_search", {}, status="denied")
    old = await written(alice, "old_tool", {})
    aged = "update tool_executions set created_at = now() - interval '8 days' where id = $1"
    await rows(db, aged, old)
    await asked_model(alice)
    assert [one.what for one in await told(alice, Filters(what="calculator"))] == ["calculator"]
    assert [one.what for one in await told(alice, Filters(status="denied"))] == ["web_search"]
    assert [one.kind for one in await told(alice, Filters(what=REQUESTS))] == ["request"]
    assert {one.what for one in await told(alice, Filters(days=7))} == {
        "calculator", "web_search", "claude-sonnet-5-5",
    }  # fmt: skip
    assert len(await told(alice)) == 4


async def test_words_are_found_in_what_was_asked_whatever_their_case(alice):
    await written(alice, "calculator", {"expression": "Grüße 7"})
    await written(alice, "calculator", {"expression": "8"})
    (one,) = await told(alice, Filters(words="GRUSSE calculated"))
    assert "Grüße" in one.asked
    assert await told(alice, Filters(words="nowhere")) == []


async def test_a_search_says_how_far_it_has_come_and_goes_on_from_there(alice, monkeypatch):
    monkeypatch.setattr(audit, "WINDOW", 4)
    monkeypatch.setattr(audit, "STEP", 2)
    await written(alice, "calculator", {"expression": "needle"})
    for _ in range(5):
        await written(alice, "calculator", {"expression": "hay"})
    wanted = Filters(words="needle")
    first = await page(alice.id, wanted)
    assert (first.entries, first.back_to is None) == ([], False)
    second = await page(alice.id, wanted, first.before)
    assert [one.asked for one in second.entries] == ['{"expression":"needle"}']
    assert second.before is None or second.back_to is None


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


async def test_what_does_not_open_is_said_to_be_unreadable(alice, db):
    await written(alice, "calculator", {})
    await rows(db, "update tool_executions set input = 'x' where user_id = $1", alice.id)
    assert [one.asked for one in await told(alice)] == ["Unreadable"]


async def test_nobody_sees_the_log_of_another(alice, bob):
    await written(alice, "calculator", {})
    await asked_model(alice)
    assert await told(bob) == []


@pytest.mark.parametrize(
    "spelled", ["", "1", "a.b.c", "1.1.1", f"{10**30}.1.{uuid4().hex}", "1..x"]
)
def test_a_place_that_is_none_is_refused(spelled):
    with pytest.raises(Refused, match="place in the log"):
        Before.read(spelled)
