"""The page of what was used: its words."""

from decimal import Decimal

import pytest

from assistant.state.usage import UsageState, ahead, dollars
from tests.services.talk import ask


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "$0.00"), ("0.004", "less than $0.01"), ("0.01", "$0.01"), ("1234.5", "$1,234.50")],
)
def test_money_is_told_as_people_read_it(amount, said):
    assert dollars(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("messages", "said"),
    [(1, "about 1 message"), (1200, "about 1,200 messages")],
)
def test_one_message_is_not_many(messages, said):
    assert ahead(messages, Decimal(0)) == f"{said} and $0.00 by then"


def test_nothing_leads_nowhere_and_is_not_told():
    assert ahead(0, Decimal(0)) == ""
    assert ahead(0, Decimal("0.004")) == "about 0 messages and less than $0.01 by then"


async def test_the_month_stands_against_the_plan(hers, alice, demo):
    await ask(alice, "answer")
    await hers.send(UsageState, "load")
    shown = await hers.state(UsageState)
    assert shown.ready
    assert shown.messages_said == "1 of 2,000 messages"
    assert (shown.plan, shown.is_short) == ("Pro", False)
    assert shown.providers[0].name == "Demo"
    assert shown.models[0].name == "Demo model"
    assert shown.purposes[0].name == "Answers"
    (talk,) = shown.conversations
    assert talk.href.startswith("/chat/")
    assert talk.name == "answer"  # and not "Answers", as requests for them are called
    assert shown.days[-1]["cents"] == 0
    assert not shown.has_cost


async def test_charts_are_given_what_the_tables_say(hers, alice, vendors):
    await ask(alice, "What is it? [[tokens=4000]]")
    await hers.send(UsageState, "load")
    shown = await hers.state(UsageState)
    assert shown.has_cost
    for rows in (shown.models, shown.providers, shown.purposes):
        assert rows[0].cents > 1
        assert {dollars(Decimal(str(row.cents)) / 100) for row in rows} == {r.cost for r in rows}
