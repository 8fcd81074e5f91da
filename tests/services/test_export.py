"""All that somebody has here comes out, in clear, and nothing of anybody else."""

import json
import threading
import tracemalloc
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import update

from assistant.agent.types import Usage
from assistant.components.settings_data import data_sections
from assistant.database import user_session
from assistant.errors import Busy
from assistant.models import Profile, ToolExecution
from assistant.services import audit_chain, conversation_export, export, export_lists
from assistant.services.archive import FORMAT, MANIFEST, Archive
from assistant.services.keys import vault_in
from assistant.services.unpacking import ARCHIVE_BYTES, MOST_CONVERSATIONS
from assistant.services.usage import record
from tests.services.archives import LIBRARY, NOON, exported, files, said, shelve, text
from tests.services.talk import ask, rows


async def read(user) -> dict:
    return {n: json.loads(c) for n, c in files(await exported(user)).items() if n.endswith(".json")}


async def test_settings_ways_in_and_browsers_are_told(alice, db):
    async with user_session(alice.id) as session:
        [profile] = await rows(db, "select id from profiles where user_id = $1", alice.id)
        sealed = (await vault_in(session)).seal("profiles.instructions", profile["id"], "Be brief")
        chosen = {"instructions": sealed, "default_model": "m", "details": {"language": "pt"}}
        await session.execute(update(Profile).values(chosen))
    told = await read(alice)
    settings = told["settings.json"]
    assert settings["name"].startswith("Alice ")
    assert settings["instructions"] == "Be brief"
    assert (settings["default_model"], settings["preferences"]) == ("m", {"language": "pt"})
    assert settings["plan"] == {"tier": "pro", "status": "active", "seats": 1, "until": None}
    assert [each["provider"] for each in told["identities.json"]] == ["local"]
    assert told["identities.json"][0]["label"] == settings["name"]
    assert [each["device"] for each in told["sessions.json"]] == ["A browser"]
    assert told[MANIFEST]["format"] == FORMAT


async def test_tools_and_usage_are_told(alice, demo):
    await ask(alice, 'use calculator {"expression": "6*7"}')
    told = await read(alice)
    [call] = told["tool_log.json"]
    assert (call["tool"], call["effect"], call["status"]) == ("calculator", "read", "done")
    assert call["input"] == {"expression": "6*7"}
    assert "42" in call["output"]
    [talk] = [content for name, content in told.items() if name.startswith("conversations/")]
    assert call["message"] == talk["messages"][1]["id"]
    usage = told["usage.json"]
    assert {each["purpose"] for each in usage} >= {"answer"}
    assert all(each["input_tokens"] > 0 for each in usage if each["purpose"] == "answer")


@pytest.mark.parametrize(
    ("stored", "status", "told"),
    [
        ("team", "active", "team"),
        ("team", "past_due", "team"),
        ("team", "canceled", "free"),
        ("pro", "unpaid", "free"),
        ("gold", "active", "free"),
    ],
)
@pytest.mark.usefixtures("sold")
async def test_the_plan_is_the_one_that_is_in_force(stored, status, told, alice, db):
    sql = "update subscriptions set tier = $1, status = $2 where user_id = $3"
    await rows(db, sql, stored, status, alice.id)
    plan = (await read(alice))["settings.json"]["plan"]
    assert (plan["tier"], plan["status"]) == (told, status)


@pytest.mark.parametrize(
    ("cost", "told"),
    [("0", "0"), ("0.00000001", "0.00000001"), ("0.25", "0.25"), ("120000", "120000")],
)
async def test_costs_are_plain_numbers(cost, told, alice, db):
    async with user_session(alice.id) as session:
        vault = await vault_in(session)
        audit_chain.add(session, vault, [record(alice.id, Usage("scripted", "demo"), "answer")])
    await rows(db, f"update usage_logs set cost = {cost} where user_id = $1", alice.id)  # noqa: S608
    assert [each["cost"] for each in (await read(alice))["usage.json"]] == [told]


async def calls(user, outputs: list[str]) -> None:
    """So many calls of a tool, a second apart, with these outputs."""
    async with user_session(user.id) as session:
        vault = await vault_in(session)
        for number, output in enumerate(outputs):
            call = ToolExecution(
                user_id=user.id, call_id="c", tool="t", effect="read", status="done",
                created_at=NOON + timedelta(seconds=number),
            )  # fmt: skip
            call.input = vault.seal("tool_executions.input", call.id, "[{}]")
            call.output = vault.seal("tool_executions.output", call.id, output)
            audit_chain.add(session, vault, [call])


@pytest.mark.parametrize(("size", "batches"), [(10**6, [5, 0]), (1, [1, 1, 1, 1, 1, 0]),
                                               (2_500, [3, 2, 0])])  # fmt: skip
async def test_a_batch_of_the_tool_log_holds_no_more_bytes_than_it_may(
    size, batches, alice, monkeypatch
):
    monkeypatch.setattr(export_lists, "BATCH_BYTES", size)
    outputs = [f"{number}" * 1_000 for number in range(5)]
    await calls(alice, outputs)
    threads, written = set(), []

    tool_log = export_lists.LISTS[0]

    def item(each):
        threads.add(threading.current_thread())
        written.append(each.row.id)
        return tool_log.item(each)

    counts = []
    log = export_lists.write(alice.id, Archive(), tool_log._replace(item=item))
    async for _ in log:
        counts.append(len(written) - sum(counts))
    assert counts == batches
    assert threading.main_thread() not in threads
    assert [each["output"] for each in (await read(alice))["tool_log.json"]] == outputs


async def test_a_call_without_input_or_output_is_told_as_it_is(alice):
    async with user_session(alice.id) as session:
        call = ToolExecution(
            user_id=alice.id, call_id="c", tool="t", effect="read", status="failed"
        )
        audit_chain.add(session, await vault_in(session), [call])
    [call] = (await read(alice))["tool_log.json"]
    assert (call["status"], call["input"], call["output"]) == ("failed", None, None)


async def test_one_export_of_a_user_at_a_time(alice, bob):
    reading = export.export(alice)
    await anext(reading)
    with pytest.raises(Busy, match="being written already"):
        await anext(export.export(alice))
    assert await exported(bob)
    await reading.aclose()
    assert await exported(alice)


async def test_a_long_log_comes_whole_and_in_order(alice, monkeypatch):
    monkeypatch.setattr(export_lists, "BATCH", 3)
    async with user_session(alice.id) as session:
        used = (Usage("scripted", "demo", input_tokens=number) for number in range(8))
        requests = [record(alice.id, usage, "answer") for usage in used]
        audit_chain.add(session, await vault_in(session), requests)  # at one time
    told = (await read(alice))["usage.json"]
    assert sorted(each["input_tokens"] for each in told) == list(range(8))


async def test_a_new_account_has_an_archive_too(alice):
    told = files(await exported(alice))
    assert json.loads(told["tool_log.json"]) == json.loads(told["usage.json"]) == []
    assert b"conversations/" in told["README.txt"]


async def test_the_archive_and_the_page_name_the_bounds_of_an_import(alice):
    assert (
        b"up to 50 MB (unpacked 500 MB) and 20,000 conv"
        in files(await exported(alice))["README.txt"]
    )
    page = str(data_sections())
    assert f"up to {ARCHIVE_BYTES // 1_000_000} MB and {MOST_CONVERSATIONS:,} conversations" in page


async def test_nothing_of_anybody_else_is_in_it(alice, bob, demo):
    canary = f"canary{uuid4().hex}"
    await shelve(bob, [{"title": canary, "head": "a", "messages": [
        said("a", None, "user", text(canary))]}])  # fmt: skip
    await ask(bob, f"use calculator {canary}")
    everything = b"".join(files(await exported(alice)).values())
    assert canary.encode() not in everything
    assert canary.encode() in b"".join(files(await exported(bob)).values())


async def test_memory_does_not_grow_with_what_is_exported(alice):
    long = [said(f"m{n}", None, "user", text(f"{uuid4()} " * 1_000)) for n in range(400)]
    await shelve(alice, [{"title": "Long", "head": "m0", "messages": long}])
    pieces = 0
    tracemalloc.start()
    try:
        async for _ in export.export(alice):
            pieces += 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert pieces > 400 * 37_000 / conversation_export.BATCH_BYTES  # 14.8 MB in all
    assert peak < 9_000_000


async def test_who_stops_reading_leaves_nothing_open(alice, db):
    await shelve(alice, LIBRARY)
    reading = export.export(alice)
    await anext(reading)
    await reading.aclose()
    idle = "select 1 from pg_stat_activity where state like 'idle in transaction%' and datname = $1"
    assert await rows(db, idle, db.rsplit("/", 1)[1]) == []
