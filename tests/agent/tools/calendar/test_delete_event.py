"""An event that is called off: always asked for, always undoable."""

from datetime import UTC, datetime

import pytest

from assistant.agent.acts import Effect, Target, ToolContext
from assistant.agent.backends.calendar import Attendee
from assistant.agent.tools.calendar import delete_event
from assistant.errors import ToolError
from tests.agent.tools.calendar.memory import Memory, context

START, END = datetime(2026, 12, 3, 12, tzinfo=UTC), datetime(2026, 12, 3, 13, tzinfo=UTC)
LUNCH = {"id": "lunch", "calendar": "Work", "title": "Lunch", "start": "2026-12-03T12:00"}
MEETING = {**LUNCH, "attendees": ["bob@example.com"]}


async def test_it_destroys_and_names_who_is_told() -> None:
    alone = await delete_event.intent({"event": LUNCH}, ToolContext())
    assert alone.effect is delete_event.effect is Effect.DESTROY
    assert alone.targets == (Target("calendar", "Work"),)
    assert alone.sentence == (
        "Delete “Lunch” (Thu 3 Dec 2026, 12:00 your time) in the calendar “Work”"
    )
    together = await delete_event.intent({"event": MEETING, "all_occurrences": True}, ToolContext())
    assert together.targets[0] == Target("recipient", "bob@example.com")
    assert together.sentence.startswith("Delete all occurrences of “Lunch”")
    assert together.sentence.endswith("This tells bob@example.com")


async def test_what_is_deleted_can_be_brought_back(memory: Memory) -> None:
    lunch = memory.put("Lunch", START, END)
    output = await delete_event.run({"event": LUNCH}, context(memory))
    assert output.content == "Deleted “Lunch”."
    assert not memory.kept
    assert delete_event.undo is not None
    assert await delete_event.undo(output.undo, context(memory)) == "The event is back."
    assert memory.kept == {"lunch": lunch}


@pytest.mark.parametrize(
    "untrue", [{"title": "Spam"}, {"start": "2026-12-04T12:00"}, {"attendees": []}]
)
async def test_a_card_that_was_not_true_deletes_nothing(memory: Memory, untrue) -> None:
    memory.put("Lunch", START, END, attendees=(Attendee("bob@example.com"),))
    with pytest.raises(ToolError, match="Nothing was changed"):
        await delete_event.run({"event": {**MEETING, **untrue}}, context(memory))
    assert "lunch" in memory.kept


async def test_a_whole_series_goes_only_when_it_is_said(memory: Memory) -> None:
    memory.put("Lunch", START, END, id="s", repeats="FREQ=DAILY")
    memory.put("Lunch", START, END, series="s")
    await delete_event.run({"event": LUNCH, "all_occurrences": True}, context(memory))
    assert set(memory.kept) == {"lunch"}
