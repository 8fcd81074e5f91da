"""An operator who looks, the plans of others, and what is found of them."""

from decimal import Decimal
from uuid import uuid4

import pytest

from assistant.services.oversight import Account, report
from tests.services.talk import rows


@pytest.fixture
async def operator(db, alice):
    """Alice may see how things stand."""
    await rows(db, "insert into operators (id, user_id) values ($1, $2)", uuid4(), alice.id)
    return alice


async def has_plan(db, user, tier, status="active", seats=1):
    sql = "update subscriptions set tier = $2, status = $3, seats = $4 where user_id = $1"
    await rows(db, sql, user.id, tier, status, seats)


async def spent(db, user):
    sql = "select coalesce(sum(cost), 0) as cost from usage_logs where user_id = $1"
    (row,) = await rows(db, sql, user.id)
    return row["cost"]


def plan(found, label):
    return next(each for each in found.plans if each.name == label)


async def plan_or_none(operator, label):
    found = {each.name: each for each in (await report(operator.id)).plans}
    return found.get(label, Account(label, label, 0, 0, Decimal(0), Decimal(0), 0))
