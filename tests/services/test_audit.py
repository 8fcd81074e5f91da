"""The audit log shows its owner all that was done, page by page, and finds words in it."""

from uuid import uuid4

from assistant.agent.types import Usage
from assistant.database import user_session
from assistant.services import audit, audit_chain
from assistant.services.audit import page
from assistant.services.audit_queries import REQUESTS, Before, Filters
from assistant.services.keys import vault_in
from assistant.services.usage import record
from tests.services.calls import asked_model, told, written
from tests.services.talk import ask

ALL = Filters()


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


async def test_words_are_found_in_what_was_asked_whatever_their_case(alice):
    await written(alice, "calculator", {"expression": "Grüße 7"})
    await written(alice, "calculator", {"expression": "8"})
    (one,) = await told(alice, Filters(words="GRUSSE calculated"))
    assert "Grüße" in one.asked
    assert await told(alice, Filters(words="nowhere")) == []


async def test_a_search_says_how_far_it_has_come_and_goes_on_from_there(alice, monkeypatch):
    monkeypatch.setattr(audit, "SECONDS", 0.0)  # it is over after each step
    monkeypatch.setattr(audit, "STEP", 4)
    await written(alice, "calculator", {"expression": "needle"})
    for _ in range(5):
        await written(alice, "calculator", {"expression": "hay"})
    wanted = Filters(words="needle")
    first = await page(alice.id, wanted)
    assert (first.entries, first.back_to is None) == ([], False)
    second = await page(alice.id, wanted, first.before)
    assert [one.asked for one in second.entries] == ['{"expression":"needle"}']
    assert second.before is None or second.back_to is None


async def test_nobody_sees_the_log_of_another(alice, bob):
    await written(alice, "calculator", {})
    await asked_model(alice)
    assert await told(bob) == []
