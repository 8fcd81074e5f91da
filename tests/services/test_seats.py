"""Seats of a Team: given away by its payer, in order, and taken back at once."""

import asyncio
from functools import partial
from uuid import uuid4

import pytest

from assistant.errors import BillingOff, NotFound, Refused
from assistant.services import (
    billing,
    checkout,
    entitlement,
    erasure,
    plan_changes,
    seats,
    signals,
    tiers,
)
from tests.conftest import signed_in
from tests.services.paying import pays, sells, stripe
from tests.services.seated import invited, seat, team
from tests.services.talk import rows

__all__ = ["sells", "stripe"]


async def listed(user):
    return [(each.label, each.state) for each in (await seats.given(user.id)).seats]


@pytest.fixture
def heard(bob):
    """What Bob's open pages are told."""
    told = []
    with signals.listening(f"{signals.USERS}{bob.id}", told.append):
        yield told


async def test_what_is_given_away_is_listed_and_never_more_than_is_paid(sold, alice, bob, db):
    await team(db, alice, 3)
    await seat(alice, bob, "Bob from sales")
    await seats.give(alice.id, "Ana from accounting")
    assert await listed(alice) == [("Bob from sales", "taken"), ("Ana from accounting", "offered")]
    assert (await seats.given(alice.id)).free == 0
    with pytest.raises(Refused, match="No seat is free"):
        await seats.give(alice.id, "One too many")


async def test_of_many_invitations_at_once_as_many_stand_as_there_are_seats(sold, alice, db):
    await team(db, alice, 4)
    tries = (seats.give(alice.id, f"Guest {number}") for number in range(12))
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, str) for each in done) == 3
    assert sum(isinstance(each, Refused) for each in done) == 9
    assert len(await listed(alice)) == 3


@pytest.mark.parametrize(
    "how", ["status = 'canceled'", "seats = 1", "next_tier = 'pro', next_seats = 1"]
)
async def test_none_is_given_of_a_plan_that_has_none(how, sold, alice, db):
    await team(db, alice, 3)
    await rows(db, f"update subscriptions set {how} where user_id = $1", alice.id)  # noqa: S608
    with pytest.raises(Refused, match="No seat is free"):
        await seats.give(alice.id, "Ana")
    assert (await seats.given(alice.id)).free == 0


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("next_tier = 'team', next_seats = 3", (1, "taken")),
        ("next_tier = 'team', next_seats = 2", (0, "taken")),
        ("status = 'past_due', grace_until = now() + interval '1 day'", (3, "taken")),
        ("status = 'past_due', grace_until = now()", (0, "without")),
        ("status = 'unpaid'", (0, "without")),
        ("status = 'canceled'", (0, "without")),
        ("lasts_until = now()", (0, "without")),
    ],
)
async def test_as_many_are_said_to_be_free_as_can_be_given(how, said, alice, bob, db):
    await team(db, alice, 5)
    await seat(alice, bob)
    await rows(db, f"update subscriptions set {how} where user_id = $1", alice.id)  # noqa: S608
    found = await seats.given(alice.id)
    (taken,) = found.seats
    assert (found.free, taken.state) == said
    for _ in range(found.free):
        await seats.give(alice.id, "Ana")
    with pytest.raises(Refused, match="No seat is free"):
        await seats.give(alice.id, "One too many")


async def test_where_nothing_is_sold_none_is_given(alice):
    with pytest.raises(BillingOff):
        await seats.give(alice.id, "Ana")


@pytest.mark.parametrize("label", ["", "  ", "x" * 61, "\x00"])
async def test_a_seat_says_for_whom_it_is(label, sold, alice, db):
    await team(db, alice, 2)
    with pytest.raises(Refused):
        await seats.give(alice.id, label)
    assert await listed(alice) == []


async def test_neither_the_token_nor_the_label_is_stored_in_clear(sold, alice, db):
    await team(db, alice, 2)
    token = await invited(alice, "Ana from accounting")
    assert len(token) == 43  # 256 bits
    (stored,) = await rows(db, "select * from seats where user_id = $1", alice.id)
    for said in (token, "Ana from accounting"):
        assert said not in str(stored)
        assert said.encode() not in stored["label"] + stored["hash"]


async def test_an_offer_that_ran_out_is_shown_so_and_makes_room(sold, alice, db):
    await team(db, alice, 2)
    await seats.give(alice.id, "Ana")
    await rows(db, "update seats set expires_at = now() where user_id = $1", alice.id)
    assert await listed(alice) == [("Ana", "expired")]
    await seats.give(alice.id, "Ben")
    assert ("Ben", "offered") in await listed(alice)


async def test_a_seat_that_is_taken_back_is_free_and_its_member_hears_it(
    sold, alice, bob, db, heard
):
    await team(db, alice, 2)
    await seat(alice, bob)
    heard.clear()
    (taken,) = (await seats.given(alice.id)).seats
    await seats.take_back(alice.id, taken.id)
    assert heard == [{"kind": "plan"}]
    assert await tiers.tier_of(bob.id) is tiers.FREE
    left = await seats.given(alice.id)
    assert (left.free, [each.state for each in left.seats]) == (0, ["left"])
    await rows(db, "update seats set expires_at = now() where id = $1", taken.id)
    left = await seats.given(alice.id)
    assert (left.free, left.seats) == (1, [])
    assert await seats.give(alice.id, "Who comes next")
    for unknown in (taken.id, uuid4()):
        with pytest.raises(NotFound):
            await seats.take_back(alice.id, unknown)


async def test_nobody_else_takes_a_seat_back(sold, alice, bob, db):
    await team(db, alice, 2)
    await seat(alice, bob)
    (taken,) = (await seats.given(alice.id)).seats
    with pytest.raises(NotFound):
        await seats.take_back(bob.id, taken.id)
    assert await listed(alice) == [("Ana", "taken")]


async def test_fewer_seats_than_are_given_away_are_refused_in_preview_and_in_change(
    sells, alice, bob
):
    await pays(sells, alice, "team", 4)
    await seat(alice, bob)
    await seats.give(alice.id, "Ana")
    shown = await plan_changes.preview(alice.id, "team", 3)
    for tier, count, back in (("team", 2, 1), ("pro", 1, 2)):
        for asked in (plan_changes.preview, partial(plan_changes.change, shown=shown)):
            with pytest.raises(Refused, match=f"Take {back} back first"):
                await asked(alice.id, tier, count)
    assert shown.kind == "seats"
    assert (await plan_changes.preview(alice.id, "team", 6)).kind == "seats"
    await plan_changes.change(alice.id, "team", 3, shown)
    with pytest.raises(Refused, match="No seat is free"):
        await seats.give(alice.id, "One that will not be there")


async def test_who_pays_again_pays_for_all_seats_that_are_still_given_away(sells, alice, bob):
    await pays(sells, alice, "team", 3)
    await seat(alice, bob)
    await seats.give(alice.id, "Ana")
    (bought,) = sells.all("subscription")
    sells.client.v1.subscriptions.cancel(bought["id"])
    with pytest.raises(Refused, match="Take 1 back first"):
        await checkout.checkout(alice.id, "team", 2)
    found = await billing.billing(alice.id)
    assert (found.paid_tier, found.gives) == (tiers.FREE, True)
    for each in (await seats.given(alice.id)).seats:
        await seats.take_back(alice.id, each.id)
    assert not (await billing.billing(alice.id)).gives
    assert await checkout.checkout(alice.id, "team", 2)


async def test_who_cancels_reads_that_it_ends_for_others_too(sells, alice):
    await pays(sells, alice, "team", 2)
    lines = (await plan_changes.preview(alice.id, "free")).lines
    assert lines[-1] == "So has everybody who sits on a seat of yours."


async def test_where_fewer_are_paid_than_taken_who_sat_first_stays(sold, alice, bob, db):
    carol = await signed_in(f"Carol {uuid4().hex[:12]}")
    await team(db, alice, 3)
    await seat(alice, bob)
    await seat(alice, carol, "Carol")
    await rows(db, "update subscriptions set seats = 2 where user_id = $1", alice.id)
    assert (await tiers.tier_of(bob.id)).id == "team"
    assert await tiers.tier_of(carol.id) is tiers.FREE
    assert await listed(alice) == [("Ana", "taken"), ("Carol", "without")]
    await rows(db, "update subscriptions set seats = 3 where user_id = $1", alice.id)
    assert (await tiers.tier_of(carol.id)).id == "team"


async def test_what_becomes_of_the_plan_is_heard_by_its_members(sells, alice, bob, heard):
    await pays(sells, alice, "team", 2)
    await seat(alice, bob)
    heard.clear()
    sells.client.v1.subscriptions.cancel((await entitlement.plan_of(alice.id)).stripe_subscription)
    await entitlement.catch_up(alice.id)
    assert {"kind": "plan"} in heard


async def test_with_the_payers_account_its_seats_are_gone_and_members_hear_it(
    sold, alice, bob, db, heard
):
    await team(db, alice, 2)
    await seat(alice, bob)
    heard.clear()
    await rows(db, "update profiles set erase_at = now() where user_id = $1", alice.id)
    assert await erasure.erase(alice.id)
    assert heard == [{"kind": "plan"}]
    assert await tiers.tier_of(bob.id) is tiers.FREE
