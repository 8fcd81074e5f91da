"""What is asked of the log is what comes, from the place on that is named."""

import pytest

from assistant.errors import Refused
from assistant.services.audit_queries import REQUESTS, Before, Filters
from tests.services.calls import asked_model, told, written
from tests.services.talk import rows


async def test_filters_take_tool_status_and_days(alice, db):
    await written(alice, "calculator", {})
    await written(alice, "web_search", {}, status="denied")
    old = await written(alice, "old_tool", {})
    aged = "update tool_executions set created_at = now() - interval '8 days' where id = $1"
    await rows(db, aged, old)
    await asked_model(alice)
    assert [one.what for one in await told(alice, Filters(what="calculator"))] == ["calculator"]
    assert [one.what for one in await told(alice, Filters(status="denied"))] == ["web_search"]
    assert [one.kind for one in await told(alice, Filters(what=REQUESTS))] == ["request"]
    assert {one.what for one in await told(alice, Filters(days=7))} == {
        "calculator", "web_search", "claude-sonnet-5-5",
    }  # fmt: skip
    assert len(await told(alice)) == 4


@pytest.mark.parametrize(
    "spelled", ["", "1", "a.b.c", "1.1.1", f"{10**30}.1.5d8f3c1e0f634b8a9a576c1c0f4f2b11", "1..x"]
)
def test_a_place_that_is_none_is_refused(spelled):
    with pytest.raises(Refused, match="place in the log"):
        Before.read(spelled)
