"""A turn at work: vendors fail, the database restarts, the lease is lost; it ends all the same."""

import asyncio
import json

import pytest

from assistant.agent.arguments import MALFORMED, UNREADABLE
from assistant.errors import UNEXPECTED
from assistant.services import leases, turn_log, turn_run, turns
from assistant.services.notes import StoredNotes
from assistant.services.shared import process
from assistant.services.turn_run import DECLINED, TOO_LONG
from tests.conftest import away
from tests.services.talk import (
    ask,
    end_of,
    ended,
    entries,
    eventually,
    parts_from,
    rows,
    say,
    shown,
    text_of,
    until_entry,
)
from tests.vendors import Call, Say, Script, Think

ALL_DOWN = "[[http=529]]"


async def answered(user, vendors, **scripts: Script):
    """The end of a turn to which each vendor gives the answer of its script."""
    for vendor, script in scripts.items():
        vendors.then(vendor, script)
    return await ask(user, "Hello there")


async def usage_of(admin_url, user, purpose="answer"):
    return await rows(
        admin_url,
        "select * from usage_logs where user_id = $1 and purpose = $2 order by created_at, id",
        user.id,
        purpose,
    )


async def test_a_vendor_that_fails_before_the_first_word_is_replaced_in_silence(alice, vendors, db):
    state = await ask(alice, "[[anthropic:http=529]] hello")
    assert (state.status, state.end["error"]) == ("done", "")
    assert [part["type"] for part in state.parts] == ["text"]
    assert [row["provider"] for row in await usage_of(db, alice)] == ["anthropic", "openai"]


async def test_the_model_that_stood_in_is_named_with_the_answer(alice, vendors):
    started = await say(alice, "[[anthropic:http=529]] hello")
    state = await ended(alice, started)
    assert state.end["model"] == end_of(await entries(started.turn_id))["model"] == "GPT-6.2 Sol"
    assert (await shown(alice, started.conversation_id))[-1]["model"] == "GPT-6.2 Sol"
    again = await say(alice, "and now?", started.conversation_id)
    first = (await ended(alice, again)).end["model"]
    assert first == (await shown(alice, started.conversation_id))[-1]["model"] != "GPT-6.2 Sol"


async def test_a_vendor_that_breaks_off_is_continued_by_the_next(alice, vendors, db):
    state = await ask(alice, "[[anthropic:tokens=50 cut=20]] hello")
    assert state.status == "done"
    assert [part["type"] for part in state.parts] == ["text", "continued", "text"]
    assert state.parts[1]["model"] == "GPT-6.2 Sol"
    assert state.parts[0]["text"].startswith("w0000 w0001 ")
    usage = await usage_of(db, alice)
    assert {(row["provider"], row["estimated"]) for row in usage} == {
        ("anthropic", True),
        ("openai", False),
    } or {row["provider"] for row in usage} == {"anthropic", "openai"}
    assert all(row["cost"] > 0 for row in usage)


async def test_a_vendor_that_breaks_off_after_a_tool_leaves_what_there_is(alice, vendors, db):
    call = Script(blocks=(Say(("Let me see. ",)), Call("calculator", ('{"expression": "6*7"}',))))
    vendors.then("anthropic", call, Script(blocks=(Say(("It is ", "not ", "known")),), fault="cut",
                                           after=1))  # fmt: skip
    state = await ask(alice, "what is it?")
    assert state.status == "interrupted"
    assert "kept" in state.end["error"] or "broke off" in state.end["error"]
    assert [part["type"] for part in state.parts] == ["text", "tool", "text"]
    assert state.parts[1]["state"] == "done"
    assert len(await rows(db, "select 1 from tool_executions where user_id = $1", alice.id)) == 1


async def test_when_all_are_down_the_question_is_kept(alice, vendors):
    started = await say(alice, ALL_DOWN)
    state = await ended(alice, started)
    assert state.status == "failed"
    assert state.end["error"].startswith("None of the models can be reached")
    question, reply = await shown(alice, started.conversation_id)
    assert text_of(question["parts"]) == ALL_DOWN
    assert (reply["status"], reply["parts"]) == ("failed", [])
    assert "529" not in reply["error"]


async def test_a_refused_request_is_said_and_not_tried_elsewhere(alice, vendors):
    state = await answered(alice, vendors, anthropic=Script(status=400))
    assert state.status == "failed"
    assert state.end["error"]
    assert {seen.vendor for seen in vendors.requests} == {"anthropic"}


async def test_an_answer_that_is_too_long_can_be_continued(alice, vendors):
    state = await ask(alice, "[[tokens=20 stop=length]]")
    assert (state.status, state.end["error"]) == ("interrupted", TOO_LONG)
    assert text_of(state.parts).endswith("w0019 ")


async def test_a_refusal_is_noticed(alice, vendors):
    state = await ask(alice, "[[stop=refusal]]")
    assert (state.status, state.end["notice"]) == ("done", DECLINED)


@pytest.mark.parametrize("fault", ["cut", "end", "error", "garbage"])
async def test_no_fault_of_any_vendor_loses_a_word_that_was_shown(fault, alice, vendors):
    started = await say(alice, f"[[tokens=40 gap=5]] [[{fault}=20]]")
    log = await entries(started.turn_id)
    state = await ended(alice, started)
    assert state.status in ("interrupted", "done")
    assert text_of(state.parts) == text_of(parts_from(log))
    assert state.end == end_of(log)


async def test_a_call_of_a_tool_is_recorded_and_sealed(alice, vendors, db):
    state = await ask(alice, "[[tool=calculator expression=1234321+1]]")
    assert state.status == "done"
    (row,) = await rows(db, "select * from tool_executions where user_id = $1", alice.id)
    assert (row["tool"], row["effect"], row["status"]) == ("calculator", "read", "done")
    assert b"1234321" not in row["input"]
    assert b"1234322" not in row["output"]
    opened = state.vault.open("tool_executions.input", row["id"], row["input"])
    assert json.loads(opened) == [{"expression": "1234321+1"}]
    assert "1234322" in state.vault.open("tool_executions.output", row["id"], row["output"])


async def test_two_steps_whose_calls_have_one_id_are_two_calls(alice, vendors):
    for number in ("1+1", "2+2"):
        blocks = (Call("calculator", (f'{{"expression": "{number}"}}',), id="same"),)
        vendors.then("anthropic", Script(blocks=blocks))
    state = await ask(alice, "twice, please")
    tools = [part for part in state.parts if part["type"] == "tool"]
    assert [part["arguments"]["expression"] for part in tools] == ["1+1", "2+2"]
    assert [part["state"] for part in tools] == ["done", "done"]


async def test_two_notes_of_calls_with_one_id_are_two_notes(alice, vendors):
    for title in ("Milk", "Bread"):
        written = f'{{"title": "{title}", "text": "Two"}}'
        blocks = (Call("create_note", (written,), id="same"),)
        vendors.then("anthropic", Script(blocks=blocks))
    assert (await ask(alice, "twice, please")).status == "done"
    notes = await StoredNotes(alice.id).search("", 9)
    assert [note.title for note in notes] == ["Bread", "Milk"]


@pytest.mark.parametrize("words", ["\\ud800", "\\u0000", "\\udfff 1"])
async def test_what_no_text_can_hold_in_a_models_arguments_is_replaced(words, alice, vendors, db):
    blocks = (Call("calculator", (f'{{"expression": "{words}"}}',)),)
    vendors.then("anthropic", Script(blocks=blocks), Script(blocks=(Say(("Oh.",)),)))
    started = await say(alice, "calculate, please")
    state = await ended(alice, started)
    assert [part["type"] for part in state.parts] == ["tool", "text"]
    assert (state.status, text_of(state.parts)) == ("done", "Oh.")


ENDLESS = ['{"expression": NaN}', '{"expression": [-Infinity]}', '{"expression": 1e999}']


@pytest.mark.parametrize("written", [*ENDLESS, '{"expression": ' * 60 + "1" + "}" * 60])
async def test_arguments_that_nothing_can_carry_are_told_to_the_model_and_stored_as_written(
    written, alice, vendors
):
    vendors.then("anthropic", Script(blocks=(Call("calculator", (written,)),)))
    started = await say(alice, "calculate, please")
    state = await ended(alice, started)
    assert (state.status, state.parts[0]["state"]) == ("done", "failed")
    assert state.parts[0]["result"] == UNREADABLE
    assert state.parts[0]["arguments"] == {MALFORMED: written}
    assert UNREADABLE in text_of(state.parts)
    assert (await ask(alice, "and now?", started.conversation_id)).status == "done"
    assert {seen.vendor for seen in vendors.requests} == {"anthropic"}


@pytest.mark.parametrize("written", ENDLESS)
async def test_arguments_that_nothing_can_carry_fail_at_the_demo_model_too(written, alice, demo):
    started = await say(alice, f"use calculator {written}")
    state = await ended(alice, started)
    assert (state.status, state.parts[0]["result"]) == ("done", UNREADABLE)
    assert state.parts == parts_from(await entries(started.turn_id))


async def test_arguments_that_no_text_can_hold_reach_the_demo_model_and_end(alice, demo):
    state = await ask(alice, 'use calculator {"expression": "\\ud800 + \\u0000"}')
    assert state.status == "done"
    assert state.parts[0]["state"] == "failed"


async def test_thinking_is_stored_with_its_seal_and_read_again(alice, vendors):
    script = Script(blocks=(Think(("hm, ", "well")), Say(("So.",))))
    vendors.then("anthropic", script)
    started = await say(alice, "think")
    state = await ended(alice, started)
    assert state.parts == [
        {"type": "thinking", "text": "hm, well"},
        {"type": "text", "text": "So."},
    ]
    await ask(alice, "and now?", started.conversation_id)
    read = [json.dumps(seen.body) for seen in vendors.requests if seen.vendor == "anthropic"]
    assert Think(()).signature in next(body for body in read if "and now?" in body)


async def test_a_reply_without_end_is_ended(alice, vendors, monkeypatch):
    monkeypatch.setattr("assistant.services.turn_pen.REPLY_CHARACTERS", 100)
    state = await ask(alice, "[[tokens=100]]")
    assert state.status == "interrupted"
    assert "grew too long" in state.end["error"]


async def test_a_defect_is_one_plain_sentence(alice, vendors, monkeypatch):
    monkeypatch.setattr("assistant.services.toolkit.TOOLS", (None,))
    state = await ask(alice, "hello")
    assert (state.status, state.end["error"]) == ("failed", UNEXPECTED)


async def test_a_turn_outlives_the_loss_of_all_its_database_connections(
    alice, vendors, db, monkeypatch
):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await say(alice, "[[tokens=60 gap=15]]")
    for _ in range(3):
        await until_entry(started.turn_id, 2)
        await rows(
            db,
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and datname = current_database()",
        )
        await asyncio.sleep(0.1)
    log = await entries(started.turn_id)
    state = await ended(alice, started)
    assert state.status == "done"
    assert text_of(state.parts) == "".join(f"w{n:04d} " for n in range(60))
    assert state.parts == parts_from(log)


async def test_a_database_that_takes_nobody_at_the_end_is_waited_for(alice, vendors, db, postgres):
    started = await say(alice, "[[tokens=40 gap=10]]")
    log = asyncio.create_task(entries(started.turn_id))
    await until_entry(started.turn_id, 1)  # what it needs to begin is read by then
    async with away(postgres, db):
        running = turn_run._running[started.turn_id]
        await eventually(lambda: _ending(running))
        await asyncio.sleep(0.2)
        assert not log.done()
    assert end_of(await log)["status"] == "done"
    assert (await ended(alice, started)).status == "done"


async def _ending(running):
    return running._ending


async def test_a_stop_that_only_the_database_knows_is_noticed(alice, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 2)
    await rows(db, "update turns set stop_after = 1 where id = $1", started.turn_id)
    state = await ended(alice, started)
    assert state.status == "stopped"
    assert text_of(state.parts) == json.loads((await entries(started.turn_id))[0].data)


async def test_a_worker_that_lost_its_lease_writes_nothing_more(alice, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 5)
    reader = asyncio.create_task(entries(started.turn_id))
    await rows(
        db,
        "update turns set fence = fence + 1, status = 'interrupted' where id = $1",
        started.turn_id,
    )
    await rows(
        db,
        "update messages set status = 'interrupted', content = null "
        "where id = (select reply_id from turns where id = $1)",
        started.turn_id,
    )
    told = await reader
    assert told[-1].kind != "end"
    await eventually(lambda: _gone(started.turn_id))
    state = await ended(alice, started)
    assert (state.status, state.parts) == ("interrupted", [])
    (booked,) = await eventually(lambda: usage_of(db, alice))
    assert (booked["turn_id"], booked["estimated"]) == (started.turn_id, True)


async def _gone(turn_id):
    return not turn_run.runs_here(turn_id)


async def test_the_partial_reply_is_stored_while_it_is_written(alice, vendors, db, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 3)

    async def stored():
        return (await shown(alice, started.conversation_id))[-1]["parts"]

    assert text_of(await eventually(stored)).startswith("w0000 ")
    (row,) = await rows(db, "select worker, status from turns where id = $1", started.turn_id)
    assert (row["worker"], row["status"]) == (process(), "running")
    await turns.stop(alice.id, started.turn_id, 1)
    await ended(alice, started)


async def test_a_process_that_ends_closes_its_turns_with_what_they_have(alice, vendors):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 3)
    just_begun = await say(alice, "[[tokens=2000 gap=20]]")
    await turn_run.drain()
    for each in (started, just_begun):
        state = await ended(alice, each)
        assert (state.status, state.end["error"]) == ("interrupted", leases.INTERRUPTED)
        assert turn_log.local(each.turn_id).ended
    partial = (await shown(alice, started.conversation_id))[-1]
    assert text_of(partial["parts"]).startswith("w0000 w0001")


async def test_what_a_tool_has_done_is_stored_at_once(alice, vendors, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 1_000.0)  # not by the clock
    call = Script(blocks=(Call("calculator", ('{"expression": "6*7"}',)),))
    vendors.then("anthropic", call, Script(blocks=(Say(("never",)),), fault="hang"))
    started = await say(alice, "what is it?")

    async def stored():
        return (await shown(alice, started.conversation_id))[-1]["parts"]

    (part,) = await eventually(stored)
    assert (part["state"], part["result"]) == ("done", "42")
    await turns.stop(alice.id, started.turn_id, -1)
    await ended(alice, started)


async def shown_alike(user, started):
    """The parts that a page shows which followed the turn, and those that are stored."""
    log = await entries(started.turn_id)
    return parts_from(log), (await ended(user, started)).parts


async def test_thinking_of_a_vendor_that_failed_before_its_first_word_leaves_the_page(
    alice, vendors
):
    vendors.then("anthropic", Script(blocks=(Think(("a ", "b ")),), fault="cut", after=2))
    vendors.then("openai", Script(blocks=(Think(("so ",)), Say(("So.",)))))
    live, stored = await shown_alike(alice, await say(alice, "think"))
    assert live == stored
    assert [part["text"] for part in stored] == ["so ", "So."]


async def test_a_call_that_was_begun_before_a_refusal_does_not_stay_open(alice, vendors):
    blocks = (Say(("Let me see. ",)), Call("calculator", ('{"expression": "1+1"}',)))
    vendors.then("anthropic", Script(blocks=blocks, stop="refusal"))
    live, stored = await shown_alike(alice, await say(alice, "calculate"))
    assert live == stored
    assert not [part for part in live if part.get("state") in ("writing", "running")]
