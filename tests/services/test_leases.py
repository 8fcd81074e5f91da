"""The lease of a turn: kept by its holder, lost to whoever raises the fence."""

from uuid import UUID

import pytest

from assistant.database import user_connection
from assistant.services import leases
from assistant.services.leases import Held
from tests.services.talk import rows


async def test_the_holder_keeps_the_lease_and_stores_the_partial_reply(grip, db):
    lapsing = "update turns set lease_until = now() where id = $1 returning lease_until"
    (before,) = await rows(db, lapsing, grip.turn_id)
    assert await leases.renew(grip, b"partial") == Held(None)
    (turn,) = await rows(db, "select * from turns where id = $1", grip.turn_id)
    assert turn["lease_until"] - before["lease_until"] >= leases.LEASE
    (reply,) = await rows(db, "select content from messages where id = $1", grip.reply_id)
    assert reply["content"] == b"partial"


async def test_a_renewal_without_news_leaves_the_reply_alone(grip, db):
    await leases.renew(grip, b"partial")
    await leases.renew(grip, None)
    (reply,) = await rows(db, "select content from messages where id = $1", grip.reply_id)
    assert reply["content"] == b"partial"


async def test_a_renewal_tells_of_a_stop(grip, db):
    await rows(db, "update turns set stop_after = 7 where id = $1", grip.turn_id)
    assert await leases.renew(grip, None) == Held(7)


@pytest.mark.parametrize("change", ["fence = fence + 1", "status = 'interrupted'"])
async def test_whoever_lost_the_lease_writes_nothing(change, grip, db):
    await rows(db, f"update turns set {change} where id = $1", grip.turn_id)  # noqa: S608
    assert await leases.renew(grip, b"late") is None
    async with user_connection(grip.user_id) as connection:
        assert not await leases.end(connection, grip, "done")
    (reply,) = await rows(db, "select content from messages where id = $1", grip.reply_id)
    assert reply["content"] is None


async def test_a_turn_ends_once(grip):
    for closes in (True, False):
        async with user_connection(grip.user_id) as connection:
            assert await leases.end(connection, grip, "done") is closes


async def test_only_leases_that_ran_out_are_found(grip, db):
    assert grip.turn_id not in await found()
    await rows(
        db, "update turns set lease_until = now() - interval '1 s' where id = $1", grip.turn_id
    )
    assert grip.turn_id in await found()


async def found() -> set[UUID]:
    return {turn_id for turn_id, _ in await leases.expired()}


async def test_nobody_reaps_in_another_users_name(grip, bob, db):
    await rows(
        db, "update turns set lease_until = now() - interval '1 s' where id = $1", grip.turn_id
    )
    assert await leases.reap(grip.turn_id, bob.id) is None
    assert await leases.reap(grip.turn_id, grip.user_id) is not None
