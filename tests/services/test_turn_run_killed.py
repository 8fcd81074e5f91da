"""A worker is killed with SIGKILL at each step of a turn: what its calls did stands in the log."""

from uuid import uuid4

import pytest

from assistant.agent.tools import TOOLS
from assistant.services import audit_chain, reaper
from tests.conftest import signed_in
from tests.services.counted import Wall, tools_at
from tests.services.killed import at_each_step, say
from tests.services.talk import rows


@pytest.fixture
def wall(tmp_path, monkeypatch, demo):
    """The tools are there in this process, too, which comes after the one that was killed."""
    kept = Wall(tmp_path / "wall")
    monkeypatch.setattr("assistant.services.toolkit.TOOLS", (*TOOLS, *tools_at(kept)))
    return kept


async def statuses(db, table, user_id):
    sql = f"select status from {table} where user_id = $1 order by created_at, id"  # noqa: S608
    return [each["status"] for each in await rows(db, sql, user_id)]


async def what_became_of(db, wall, tool):
    """(how the turn ended, its effects, what the log says) wherever it is killed."""
    ends = set()

    async def prepared():
        user = await signed_in(f"Alice {uuid4().hex[:12]}")
        words = uuid4().hex
        return user.id, f'use {tool} {{"text": "{words}"}}', wall.path

    async def after(user_id, words, _wall):
        late = "update turns set lease_until = now() - interval '1 second' where user_id = $1"
        await rows(db, late, user_id)
        await reaper.reap_once()
        effects = sum(text in words for _, text in wall.all())
        (turn,) = await statuses(db, "turns", user_id) or ["none"]
        log = " ".join(await statuses(db, "tool_executions", user_id))
        calls = " ".join(await statuses(db, "approvals", user_id))
        ends.add((turn, effects, log, calls))
        assert not (await audit_chain.verify(user_id)).why

    await at_each_step(say, prepared, after)
    return ends


@pytest.mark.parametrize("tool", ["jot", "look_up"])
async def test_a_call_in_it_happens_at_most_once_and_never_without_its_row(tool, db, wall):
    """That holds for what changes something, and for what tells somebody outside."""
    assert await what_became_of(db, wall, tool) == {
        ("none", 0, "", ""),
        ("interrupted", 0, "", ""),
        ("interrupted", 0, "started", ""),
        ("interrupted", 1, "started", ""),
        ("interrupted", 1, "started done", ""),
        ("done", 1, "started done", ""),
    }


async def test_a_call_that_asks_waits_with_its_row_or_is_not_there(db, wall):
    assert await what_became_of(db, wall, "post_once") == {
        ("none", 0, "", ""),
        ("interrupted", 0, "", ""),
        ("waiting", 0, "asked", "pending"),
    }
