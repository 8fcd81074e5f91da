"""How an archive comes in: in turn, at a pace, and only for who is still there."""

import asyncio
import tracemalloc
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlmodel import select

from assistant.database import user_session
from assistant.errors import Busy, Leaving, NotSignedIn, Refused
from assistant.models import Conversation
from assistant.services import erasure, imports
from assistant.services.imports import import_from
from assistant.services.sessions import revoke
from tests.conftest import signed_in
from tests.services.archives import packed, talk_file

GOOD = packed({"conversations/1.json": talk_file()})


@asynccontextmanager
async def receiving(user):
    """An archive of this user is on its way; yields what lets it come."""
    begun, come = asyncio.Event(), asyncio.Event()

    async def pieces():
        begun.set()
        await come.wait()
        yield GOOD

    task = asyncio.create_task(import_from(user, pieces()))
    try:
        await begun.wait()
        yield come
        assert (await task).conversations == 1
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def unread():
    """The pieces of an archive that nobody may read."""
    raise AssertionError("it must not come to this")
    yield b""


async def at_once():
    yield GOOD


async def test_one_archive_of_a_user_at_a_time_and_none_is_read_before(alice, bob):
    async with receiving(alice) as come:
        with pytest.raises(Busy, match="of yours"):
            await import_from(alice, unread())
        assert (await import_from(bob, at_once())).conversations == 1
        come.set()
    assert (await import_from(alice, at_once())).conversations == 0


async def test_no_more_archives_are_in_memory_than_there_is_room_for(alice, bob, monkeypatch):
    carol = await signed_in(f"Carol {uuid4().hex}")
    async with receiving(alice) as first, receiving(bob) as second:
        with monkeypatch.context() as patch:
            patch.setattr(imports, "WAIT_SECONDS", 0.01)
            with pytest.raises(Busy, match="Other archives"):
                await import_from(carol, unread())
        waiting = asyncio.create_task(import_from(carol, at_once()))
        first.set()
        assert (await waiting).conversations == 1
        second.set()


async def test_who_is_too_slow_gives_the_place_back(alice, monkeypatch):
    async def endless():
        while True:
            yield b"x"
            await asyncio.sleep(0.001)

    monkeypatch.setattr(imports, "PAUSE_SECONDS", 0.05)
    for _ in range(imports.AT_ONCE + 1):
        with pytest.raises(Refused, match="came too slowly"):
            await import_from(alice, endless())
    monkeypatch.undo()
    assert (await import_from(alice, at_once())).conversations == 1


async def test_an_archive_lies_in_memory_once(monkeypatch):
    size = 20_000_000
    monkeypatch.setattr(imports, "ARCHIVE_BYTES", size)

    async def pieces():
        for _ in range(size // 10_000):
            yield bytes(10_000)

    tracemalloc.start()
    try:
        given_ = await imports._received(pieces())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(given_) == size
    assert peak < 1.5 * size


@pytest.mark.parametrize("after", ["signing out", "deleting the account"])
async def test_nothing_is_imported_for_who_has_gone_meanwhile(alice, after):
    async def parked():
        if after == "signing out":
            await revoke(alice, alice.session_id)
        else:
            await erasure.ask(alice, erasure.WORD)
        yield packed({"conversations/1.json": talk_file()})

    with pytest.raises((NotSignedIn, Leaving)):
        await import_from(alice, parked())
    async with user_session(alice.id) as session:
        assert (await session.scalars(select(Conversation.id))).all() == []
