"""What a request used and cost, in the row that stays."""

from decimal import Decimal

import pytest

from assistant.agent.catalog import MODELS
from assistant.agent.prices import cost
from assistant.agent.types import Usage
from assistant.services.usage import record
from tests.services.talk import ask, rows

USAGE = Usage("anthropic", "claude-sonnet-5-5", 1_000, 500, 200, 100, 50)


def test_a_row_holds_each_figure_and_its_price(alice):
    row = record(alice.id, USAGE, "answer")
    assert (row.input_tokens, row.output_tokens) == (1_000, 500)
    assert (row.cache_read_tokens, row.cache_write_tokens, row.thinking_tokens) == (200, 100, 50)
    assert row.cost == cost(USAGE) > 0


@pytest.mark.parametrize(
    "model", [m for m in MODELS.values() if m.status != "retired"], ids=lambda model: model.id
)
def test_every_model_has_a_price_that_the_column_can_hold(model):
    price = cost(Usage(model.provider, model.id, 1_000_000, 1_000_000, 1_000_000, 1_000_000))
    assert 0 <= price < Decimal(10**6)


async def test_an_answer_with_a_tool_costs_two_requests(alice, vendors, db):
    await ask(alice, "[[tool=calculator expression=1+1]]")
    found = await rows(
        db,
        "select * from usage_logs where user_id = $1 and purpose = 'answer'",
        alice.id,
    )
    assert len(found) == 2
    assert all(row["cost"] > 0 and not row["estimated"] for row in found)
    assert len({row["turn_id"] for row in found}) == 1
