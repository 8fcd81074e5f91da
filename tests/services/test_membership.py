"""A seat of somebody else's plan: taken once, by one, and worth what its payer's plan is."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from assistant.errors import Refused
from assistant.services import (
    allowances,
    checkout,
    membership,
    plan_changes,
    seats,
    signals,
    standing,
)
from assistant.services.membership import NOT_HERE, WHY
from tests.conftest import signed_in
from tests.services.paying import changes, pays, sells, stripe
from tests.services.seated import invited, payer, refused, seat, team, tier_id
from tests.services.talk import ask, rows

__all__ = ["payer", "sells", "stripe"]


OWN_PLAN = """
    update subscriptions set tier = 'pro', stripe_subscription = 'sub_1', lasts_until = {}
    where user_id = $1
"""


async def test_who_takes_a_seat_has_its_plan_and_looking_changes_nothing(payer, bob):
    token = await invited(payer)
    assert (await membership.offered(bob.id, token)).id == "team"
    assert await tier_id(bob) == "free"
    assert (await membership.take(bob.id, token)).id == "team"
    assert await tier_id(bob) == await tier_id(payer) == "team"
    held = await membership.mine(bob.id)
    assert (held.tier.id, held.counts) == ("team", True)
    assert await membership.mine(payer.id) is None


async def test_each_seat_has_caps_of_its_own_and_the_month_of_the_payer(payer, bob):
    await seat(payer, bob)
    await ask(bob, "Hello")
    theirs, its = await allowances.left(bob.id), await allowances.left(payer.id)
    assert (theirs.tier.id, theirs.messages, theirs.seated) == ("team", 1, True)
    assert (its.tier.id, its.messages, its.seated) == ("team", 0, False)
    assert theirs.month_ends == its.month_ends
    assert theirs.month_ends - theirs.month_begins == timedelta(days=30)


async def test_who_has_used_up_a_seat_is_offered_no_plan_to_buy(payer, bob, db):
    await seat(payer, bob)
    await ask(bob, "Hello")
    used = "update allowances set messages = 5000 where kind = 'month' and user_id = $1"
    await rows(db, used, bob.id)
    told = await standing.standing(bob.id, "UTC")
    assert told.larger == ""
    assert told.spent.endswith(standing.ASK_PAYER)


async def test_a_link_is_good_once_and_again_only_for_who_took_it(payer, bob):
    carol = await signed_in(f"Carol {uuid4().hex[:12]}")
    token = await invited(payer)
    await membership.take(bob.id, token)
    assert (await membership.take(bob.id, token)).id == "team"
    assert await refused(carol, token) == WHY["used"]


async def test_the_payer_hears_of_a_seat_once_however_often_its_link_is_posted(payer, bob):
    token, told = await invited(payer), []
    with signals.listening(f"{signals.USERS}{payer.id}", told.append):
        for _ in range(3):
            await membership.take(bob.id, token)
        assert told == [{"kind": "seats"}]
        await membership.leave(bob.id)
    assert told == [{"kind": "seats"}] * 2


async def test_of_ten_people_at_once_one_takes_the_seat(payer):
    people = [await signed_in(f"Guest {uuid4().hex[:12]}") for _ in range(10)]
    token = await invited(payer)
    tries = (membership.take(each.id, token) for each in people)
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [str(each) for each in done if isinstance(each, Refused)] == [WHY["used"]] * 9
    assert [await tier_id(each) for each in people].count("team") == 1


async def test_in_two_tabs_at_once_it_is_taken_once(payer, bob, db):
    token = await invited(payer)
    await asyncio.gather(*(membership.take(bob.id, token) for _ in range(5)))
    taken = await rows(db, "select member_id from seats where user_id = $1", payer.id)
    assert taken == [{"member_id": bob.id}]


async def test_of_two_invitations_at_once_one_is_taken(payer, bob, db):
    carol = await signed_in(f"Carol {uuid4().hex[:12]}")
    await team(db, carol, 2)
    tokens = [await invited(payer), await invited(carol), await invited(payer)]
    done = await asyncio.gather(
        *(membership.take(bob.id, token) for token in tokens), return_exceptions=True
    )
    assert [str(each) for each in done if isinstance(each, Refused)] == [WHY["seated"]] * 2
    assert len(await rows(db, "select 1 from seats where member_id = $1", bob.id)) == 1


async def test_a_seat_that_is_taken_back_while_it_is_taken_is_nobodys(payer, bob):
    token = await invited(payer)
    (offer,) = (await seats.given(payer.id)).seats
    await asyncio.gather(
        membership.take(bob.id, token),
        seats.take_back(payer.id, offer.id),
        return_exceptions=True,
    )
    assert [e.state for e in (await seats.given(payer.id)).seats] in ([], ["left"])
    assert await tier_id(bob) == "free"
    assert await refused(bob, token) in (NOT_HERE, WHY["used"])


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\x00"])
async def test_a_link_that_leads_nowhere_says_so(token, payer, bob):
    assert await refused(bob, token) == NOT_HERE


async def test_a_link_of_ones_own_is_for_somebody_else(payer):
    assert await refused(payer, await invited(payer)) == WHY["own"]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("update seats set expires_at = now() where user_id = $1", "expired"),
        ("update subscriptions set status = 'canceled' where user_id = $1", "ended"),
        ("update subscriptions set lasts_until = now() where user_id = $1", "ended"),
        ("update subscriptions set seats = 1 where user_id = $1", "full"),
    ],
)
async def test_what_is_over_says_so(how, why, payer, bob, db):
    token = await invited(payer)
    await rows(db, how, payer.id)
    assert await refused(bob, token) == WHY[why]
    assert await tier_id(bob) == "free"


async def test_who_has_a_seat_takes_no_other(payer, bob):
    await seat(payer, bob)
    assert await refused(bob, await invited(payer)) == WHY["seated"]


async def test_who_pays_for_a_plan_cancels_it_before_taking_a_seat(payer, bob, db):
    token = await invited(payer)
    await rows(db, OWN_PLAN.format("null"), bob.id)
    assert await refused(bob, token) == WHY["paying"]
    await rows(db, OWN_PLAN.format("now() + interval '9 days'"), bob.id)
    await membership.take(bob.id, token)
    assert await tier_id(bob) == "team"
    await membership.leave(bob.id)
    assert await tier_id(bob) == "pro"  # what is paid is had to its end


async def test_who_has_a_seat_pays_for_no_plan_beside_it(sells, alice, bob):
    await pays(sells, alice, "team", 2)
    await seat(alice, bob)
    with pytest.raises(Refused, match="You have a seat in somebody's Team plan"):
        await checkout.checkout(bob.id, "pro")
    await membership.leave(bob.id)
    assert await checkout.checkout(bob.id, "pro")


async def test_who_sits_on_a_seat_that_gives_nothing_may_pay_for_a_plan(sells, alice, bob, db):
    await pays(sells, alice, "team", 2)
    await seat(alice, bob)
    over = "update subscriptions set status = 'canceled' where user_id = $1"
    await rows(db, over, alice.id)
    assert await membership.mine(bob.id)
    assert await checkout.checkout(bob.id, "pro")


async def test_who_has_a_seat_cancels_a_plan_of_their_own_and_does_nothing_else_to_it(
    sells, alice, bob, db
):
    await pays(sells, alice, "team", 2)
    await pays(sells, bob, "team", 2)
    await changes(bob.id, "free")
    await seat(alice, bob)
    for asked in (
        plan_changes.preview(bob.id, "team", 5),
        plan_changes.preview(bob.id, "pro"),
        plan_changes.resume(bob.id),
    ):
        with pytest.raises(Refused, match="You have a seat in somebody's Team plan"):
            await asked
    assert (await plan_changes.preview(bob.id, "free")).kind == "cancel"
    await rows(db, "update subscriptions set status = 'canceled' where user_id = $1", alice.id)
    await plan_changes.resume(bob.id)
    assert (await plan_changes.preview(bob.id, "team", 5)).kind == "seats"


@pytest.mark.parametrize(
    ("how", "tier"),
    [
        ("status = 'past_due', grace_until = now() + interval '1 day'", "team"),
        ("status = 'past_due', grace_until = now()", "free"),
        ("status = 'unpaid'", "free"),
        ("status = 'canceled'", "free"),
        ("lasts_until = now() + interval '1 day'", "team"),
        ("lasts_until = now()", "free"),
        ("tier = 'enterprise'", "enterprise"),
        ("tier = 'pro', seats = 1", "free"),
    ],
)
async def test_a_seat_is_worth_what_its_payers_plan_is(how, tier, payer, bob, db):
    await seat(payer, bob)
    await rows(db, f"update subscriptions set {how} where user_id = $1", payer.id)  # noqa: S608
    assert await tier_id(bob) == tier
    assert (await membership.mine(bob.id)).counts is (tier != "free")
