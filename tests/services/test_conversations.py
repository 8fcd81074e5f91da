"""The list of conversations, and what can be done with one."""

import asyncio
from uuid import uuid4

import pytest

from assistant.errors import NotFound, Refused
from assistant.services import conversations, leases, signals, turns
from tests.conftest import all_ended
from tests.services.talk import ended, say, shown, text_of, title_of, until_entry


async def begun(user, words="hello"):
    started = await say(user, words)
    await ended(user, started)
    return started.conversation_id


async def names(user):
    return [row.id for row in (await conversations.overview(user.id, 50)).listed]


async def put_away(user):
    return [row.id for row in (await conversations.overview(user.id, 50, archived=50)).archived]


async def test_the_newest_stands_first_and_a_message_brings_one_up(alice, demo):
    first, second = await begun(alice), await begun(alice)
    assert await names(alice) == [second, first]
    await ended(alice, await say(alice, "again", first))
    assert await names(alice) == [first, second]


async def test_the_list_is_ones_own_and_as_long_as_asked(alice, bob, demo):
    mine = [await begun(alice) for _ in range(3)]
    await begun(bob)
    assert set(await names(alice)) == set(mine)
    assert len((await conversations.overview(alice.id, 2)).listed) == 2


async def test_a_conversation_knows_the_turn_that_runs_in_it(alice, vendors):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    (row,) = (await conversations.overview(alice.id, 10)).listed
    assert row.turn_id == started.turn_id
    assert (await conversations.opened(alice.id, row.id)).turn_id == started.turn_id


async def test_the_open_one_is_found_wherever_it_is(alice, bob, demo):
    listed, archived, beyond = [await begun(alice) for _ in range(3)][::-1]
    await conversations.archive(alice.id, archived)
    for each in (listed, archived, beyond):
        overview = await conversations.overview(alice.id, 1, archived=1, open_id=each)
        assert overview.opened.id == each
        assert [row.id for row in overview.listed] == [listed]
    for gone in (await begun(bob), uuid4()):
        assert (await conversations.overview(alice.id, 1, open_id=gone)).opened is None


async def test_an_archived_one_leaves_the_list_and_comes_back(alice, demo):
    one = await begun(alice)
    await conversations.archive(alice.id, one)
    assert (await names(alice), await put_away(alice)) == ([], [one])
    await conversations.archive(alice.id, one, back=True)
    assert (await names(alice), await put_away(alice)) == ([one], [])


async def test_a_deleted_one_is_gone_until_it_is_taken_back(alice, demo):
    one = await begun(alice)
    await conversations.delete(alice.id, one)
    assert await names(alice) == []
    with pytest.raises(NotFound):
        await conversations.opened(alice.id, one)
    await conversations.delete(alice.id, one, back=True)
    assert await names(alice) == [one]


async def test_a_deletion_stops_the_answer_that_is_being_written(alice, bob, vendors):
    kept, deleted = [await say(alice, "[[tokens=2000 gap=20]]") for _ in range(2)]
    await until_entry(deleted.turn_id, 3)
    with pytest.raises(NotFound):
        await conversations.delete(bob.id, deleted.conversation_id)
    await conversations.delete(alice.id, deleted.conversation_id)
    state = await ended(alice, deleted)
    assert state.status == "stopped"
    assert text_of(state.parts).startswith("w0000 w0001 ")
    assert (await conversations.opened(alice.id, kept.conversation_id)).turn_id == kept.turn_id
    await conversations.delete(alice.id, deleted.conversation_id, back=True)
    back = await conversations.opened(alice.id, deleted.conversation_id)
    assert back.turn_id is None
    assert text_of((await shown(alice, back.id))[-1]["parts"]) == text_of(state.parts)


def paused(monkeypatch, module, name, *, after=False):
    """Let a call wait before what it does, or after: (it is there, it may go on)."""
    real, there, may = getattr(module, name), asyncio.Event(), asyncio.Event()

    async def slow(*values):
        answer = await real(*values) if after else None
        there.set()
        await may.wait()
        return answer if after else await real(*values)

    monkeypatch.setattr(module, name, slow)
    return there, may


async def deleted_meanwhile(alice, conversation_id, there, may):
    """Delete the conversation when something has come there, which then goes on."""
    await there.wait()
    deleting = asyncio.create_task(conversations.delete(alice.id, conversation_id))
    await asyncio.wait({deleting}, timeout=0.5)
    may.set()
    await deleting


async def test_an_answer_that_begins_while_its_conversation_is_deleted_is_stopped(
    alice, vendors, monkeypatch
):
    here = await begun(alice)
    there, may = paused(monkeypatch, turns, "begin")
    saying = asyncio.create_task(say(alice, "[[tokens=200 gap=20]]", here))
    await deleted_meanwhile(alice, here, there, may)
    assert (await ended(alice, await saying)).status == "stopped"


async def test_a_deletion_and_the_end_of_an_answer_do_not_wait_for_each_other(
    alice, vendors, monkeypatch
):
    there, may = paused(monkeypatch, leases, "end", after=True)
    started = await say(alice, "[[tokens=3]]")
    await deleted_meanwhile(alice, started.conversation_id, there, may)
    assert (await ended(alice, started)).status == "done"


async def test_taking_a_deletion_back_stops_nothing(alice, vendors):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await conversations.delete(alice.id, started.conversation_id, back=True)
    await until_entry(started.turn_id, 3)
    opened = await conversations.opened(alice.id, started.conversation_id)
    assert opened.turn_id == started.turn_id


async def test_a_title_is_given_or_refused(alice, demo):
    one = await begun(alice)
    await conversations.rename(alice.id, one, "  Lisbon\nin May ")
    assert await title_of(alice, one) == "Lisbon in May"
    for bad in ("", " \n", "x" * 121, "\x00", "\ud800", "\u3164", "\u200d\u200c"):
        with pytest.raises(Refused):
            await conversations.rename(alice.id, one, bad)
    assert await title_of(alice, one) == "Lisbon in May"


async def test_each_change_is_told_to_the_users_pages_and_to_nobody_else(alice, bob, demo):
    one = await begun(alice)
    await all_ended()  # the title, too, is told
    hers, his = [], []
    with (
        signals.listening(f"user:{alice.id}", hers.append),
        signals.listening(f"user:{bob.id}", his.append),
    ):
        await conversations.rename(alice.id, one, "Lisbon")
        await conversations.archive(alice.id, one)
        await conversations.delete(alice.id, one)
    assert hers == [{"kind": "conversation", "conversation": str(one)}] * 3
    assert his == []
