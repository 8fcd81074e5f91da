"""Whether somebody has not paid: told by our own clock, without asking Stripe."""

import asyncpg
import pytest

from assistant.services.payment_due import payment_due

STANDS = """
    update subscriptions set tier = 'pro', status = $2, grace_until = now() + $3::text::interval
    where user_id = $1
"""


async def stands(db, user, status, grace):
    admin = await asyncpg.connect(db)
    await admin.execute(STANDS, user.id, status, grace)
    await admin.close()


async def test_who_is_past_due_has_until_the_end_of_grace(alice, bob, db, sold):
    await stands(db, alice, "past_due", "3 days")
    due = await payment_due(alice.id)
    assert due.tier.label == "Pro"
    assert due.until is not None
    assert await payment_due(bob.id) is None


@pytest.mark.parametrize(("status", "grace"), [("past_due", "-1 second"), ("unpaid", "3 days")])
async def test_after_that_it_has_ended(alice, db, sold, status, grace):
    await stands(db, alice, status, grace)
    assert (await payment_due(alice.id)).until is None


@pytest.mark.parametrize("status", ["active", "trialing", "canceled"])
async def test_who_owes_nothing_hears_nothing(alice, db, sold, status):
    await stands(db, alice, status, "3 days")
    assert await payment_due(alice.id) is None


async def test_where_nothing_is_sold_nothing_is_due(alice, db):
    await stands(db, alice, "past_due", "3 days")
    assert await payment_due(alice.id) is None
