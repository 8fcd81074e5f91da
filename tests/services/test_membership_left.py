"""Who leaves a seat, or goes with their account: the seat waits for its month to end."""

import asyncio
from uuid import uuid4

import pytest

from assistant.errors import Refused
from assistant.services import (
    allowances,
    erasure,
    membership,
    seats,
    signals,
)
from assistant.services.membership import NOT_HERE
from tests.conftest import signed_in
from tests.services.archives import exported, files
from tests.services.seated import invited, payer, refused, seat, team, tier_id
from tests.services.talk import rows

__all__ = ["payer"]


async def test_a_seat_that_is_left_waits_for_its_month_to_end(payer, bob):
    await seat(payer, bob)
    await membership.leave(bob.id)
    assert await tier_id(bob) == "free"
    assert [each.state for each in (await seats.given(payer.id)).seats] == ["left"]
    with pytest.raises(Refused, match="no seat to leave"):
        await membership.leave(bob.id)


async def erased(user, db):
    await rows(db, "update profiles set erase_at = now() where user_id = $1", user.id)
    return await erasure.erase(user.id)


async def test_the_seat_of_an_account_that_is_erased_waits_for_its_month_to_end(payer, bob, db):
    await seat(payer, bob)
    token, told = await invited(payer), []
    with signals.listening(f"{signals.USERS}{payer.id}", told.append):
        assert await erased(bob, db)
    assert told == [{"kind": "seats"}]
    found = await seats.given(payer.id)
    assert [each.state for each in found.seats] == ["left", "offered"]
    assert found.seats[0].expires_at == (await allowances.left(payer.id)).month_ends
    kept = await rows(db, "select * from seats where user_id = $1", payer.id)
    assert str(bob.id) not in str(kept)
    with pytest.raises(Refused, match="No seat is free"):
        await seats.give(payer.id, "Who comes next")
    carol = await signed_in(f"Carol {uuid4().hex[:12]}")
    assert (await membership.take(carol.id, token)).id == "team"


async def test_one_seat_carries_one_account_in_a_month_however_many_are_erased(
    sold, alice, bob, db
):
    await team(db, alice, 2)
    await seat(alice, bob)
    assert await erased(bob, db)
    for _ in range(2):
        with pytest.raises(Refused, match="No seat is free"):
            await seats.give(alice.id, "One after the other")


async def test_who_takes_a_seat_while_their_account_is_erased_frees_none(payer, bob, db):
    token = await invited(payer)
    await rows(db, "update profiles set erase_at = now() where user_id = $1", bob.id)
    done = await asyncio.gather(
        membership.take(bob.id, token), erasure.erase(bob.id), return_exceptions=True
    )
    assert done[1] is True
    (one,) = await rows(db, "select member_id, taken_at from seats where user_id = $1", payer.id)
    was_taken = not isinstance(done[0], Exception)
    assert (one["member_id"], one["taken_at"] is not None) == (None, was_taken)


async def test_where_nothing_is_sold_any_more_a_seat_counts_for_nothing(payer, bob, monkeypatch):
    await seat(payer, bob)
    monkeypatch.setattr(membership, "is_sold", lambda: False)
    assert (await membership.mine(bob.id)).counts is False
    assert await refused(bob, "any") == NOT_HERE


async def test_an_export_tells_each_of_their_side_and_no_more(payer, bob):
    await seat(payer, bob, "Bob from sales")
    payers, members = files(await exported(payer)), files(await exported(bob))
    assert b"Bob from sales" in payers["seats.json"]
    assert str(bob.id).encode() not in b"".join(payers.values())
    assert b'"tier": "team"' in members["settings.json"]
    for said in (b"Bob from sales", str(payer.id).encode()):
        assert said not in b"".join(members.values())
