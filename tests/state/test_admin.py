"""The operator's page: its words, and that it has none for anybody else."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from assistant.services.oversight import Account, Health
from assistant.state.admin import AdminState, _model, _percent, _spender, _when
from tests.services.talk import ask, rows


async def appoint(db, user):
    await rows(db, "insert into operators (id, user_id) values ($1, $2)", uuid4(), user.id)


def account(revenue, cost):
    return Account("1a2b3c4d…", "Pro", 1, 1, Decimal(revenue), Decimal(cost), 7)


def said(row):
    return {cell.label: cell.said for cell in row.cells}


async def test_an_operator_is_shown_how_things_stand(hers, alice, demo, db):
    await appoint(db, alice)
    await ask(alice, "Hello")
    await hers.send(AdminState, "load")
    shown = await hers.state(AdminState)
    assert (shown.ready, shown.is_missing) == (True, False)
    assert shown.revenue_about == "revenue so far, nothing is sold here"
    assert shown.margin_said == "–"  # noqa: RUF001
    assert shown.plans[0].name == "Pro"
    assert shown.looks[0].name == f"{alice.id.hex[:8]}…"
    assert "the only one" in shown.worker_said


async def test_for_anybody_else_there_is_no_such_page(hers, alice, db):
    await hers.send(AdminState, "load")
    shown = await hers.state(AdminState)
    assert (shown.ready, shown.is_missing, shown.plans) == (False, True, [])
    assert shown.problem == ""


async def test_who_is_an_operator_no_more_is_shown_nothing_of_what_was_there(hers, alice, db):
    await appoint(db, alice)
    await hers.send(AdminState, "load")
    assert (await hers.state(AdminState)).plans
    await rows(db, "delete from operators where user_id = $1", alice.id)
    await hers.send(AdminState, "load")
    shown = await hers.state(AdminState)
    assert (shown.is_missing, shown.users_said, shown.plans, shown.looks) == (True, "", [], [])


@pytest.mark.parametrize(
    ("revenue", "cost", "margin"),
    [("29", "6.25", "78%"), ("29", "0", "100%"), ("29", "29.01", "-1%"), ("0", "3", "–")],  # noqa: RUF001
)
def test_a_margin_is_told_in_whole_percents(revenue, cost, margin):
    assert _percent(account(revenue, cost)) == margin


def test_who_costs_more_than_they_pay_stands_out():
    assert [_spender(account("29", cost)).warns for cost in ("28", "30")] == [False, True]
    assert not _spender(account("0", "30")).warns
    assert said(_spender(account("29", "30")))["AI cost"] == "$30.00"


def test_a_model_that_is_left_alone_stands_out():
    row = _model(Health("Claude", "Anthropic", 5, 1, 0, 3, is_resting=True))
    assert (row.warns, said(row)["Here"]) == (True, "Left alone: 3 failures in a row")
    assert said(_model(Health("Claude", "", 5, 1, 0)))["Here"] == "No failure"
    assert said(_model(Health("Claude", "", 5, 1, 0, 1)))["Here"] == "1 failure"


def test_times_are_told_as_the_logs_tell_them():
    at = datetime(2026, 11, 26, 17, 5, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert _when(at) == "26 November, 08:05 UTC"
