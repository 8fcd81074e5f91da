"""An event that is changed: what its card says, whom it tells, and that what it says is so."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.agent.acts import Effect, Target, ToolContext
from assistant.agent.backends.calendar import Attendee, Event
from assistant.agent.tools.calendar import update_event
from assistant.errors import ToolError
from tests.agent.tools.calendar.memory import Memory, context

START, END = datetime(2026, 12, 3, 12, tzinfo=UTC), datetime(2026, 12, 3, 13, tzinfo=UTC)
LUNCH = {"id": "lunch", "calendar": "Work", "title": "Lunch", "start": "2026-12-03T12:00"}
MEETING = {**LUNCH, "attendees": ["bob@example.com"]}
LATER = {"start": "2026-12-03T14:00", "end": "2026-12-03T15:00"}


@pytest.fixture
def lunch(memory: Memory) -> Event:
    return memory.put("Lunch", START, END, location="Café")


@pytest.fixture
def meeting(memory: Memory) -> Event:
    return memory.put("Lunch", START, END, attendees=(Attendee("bob@example.com"),))


async def test_alone_it_is_the_users_own_affair() -> None:
    intent = await update_event.intent(
        {"event": LUNCH, **LATER, "location": "Bar", "title": "Tea"}, context(Memory())
    )
    assert intent.effect is Effect.WRITE
    assert intent.targets == (Target("calendar", "Work"),)
    assert intent.sentence.replace("\N{EN DASH}", "-") == (
        "Change “Lunch” (Thu 3 Dec 2026, 12:00 your time) in the calendar “Work”: new title “Tea”; "
        "new time Thu 3 Dec 2026, 14:00-15:00 your time; new place “Bar”"
    )


async def test_in_a_calendar_that_others_see_it_is_sending() -> None:
    asked = {"event": LUNCH | {"calendar": "Team"}, "description": "the code is 4711"}
    intent = await update_event.intent(asked, context(Memory()))
    assert intent.effect is Effect.SEND
    assert intent.sentence.endswith("description “the code is 4711”. Others see this calendar")


async def test_with_others_it_is_sending_and_names_all_who_are_told() -> None:
    asked = {"event": MEETING, "invite": ["eve@example.org"], "uninvite": ["bob@example.com"]}
    intent = await update_event.intent({**asked, "all_occurrences": True}, ToolContext())
    assert intent.effect is Effect.SEND
    assert [each.value for each in intent.targets] == [
        "bob@example.com",
        "eve@example.org",
        "Work",
    ]
    assert intent.sentence == (
        "Change all occurrences of “Lunch” (Thu 3 Dec 2026, 12:00 your time) in the calendar "
        "“Work”: invite eve@example.org; no longer invite bob@example.com. This tells "
        "bob@example.com and eve@example.org"
    )


async def test_the_first_guest_makes_it_sending() -> None:
    intent = await update_event.intent(
        {"event": LUNCH, "invite": ["eve@example.org"]}, ToolContext()
    )
    assert intent.effect is Effect.SEND
    assert Target("recipient", "eve@example.org") in intent.targets


@pytest.mark.parametrize(
    "wrong",
    [{}, {"title": ""}, {"start": "2026-12-03T14:00"}, {"title": "a\nb"}, {"invite": ["bob"]},
     {"event": {"id": "lunch"}}, {"event": {**LUNCH, "more": 1}, "title": "x"}],
)  # fmt: skip
async def test_what_does_not_fit_gets_no_card(wrong: dict[str, object]) -> None:
    with pytest.raises(ToolError):
        await update_event.intent({"event": LUNCH, **wrong}, context(Memory()))


async def test_what_is_left_out_stays(memory: Memory, lunch: Event) -> None:
    output = await update_event.run({"event": LUNCH, **LATER}, context(memory))
    now = memory.kept["lunch"]
    assert now.start == datetime(2026, 12, 3, 14, tzinfo=ZoneInfo("Europe/Lisbon"))
    assert (now.title, now.location) == ("Lunch", "Café")
    assert output.content == "Changed “Lunch”, id lunch."


async def test_it_can_be_undone(memory: Memory, lunch: Event) -> None:
    output = await update_event.run({"event": LUNCH, "title": "Tea"}, context(memory))
    assert memory.kept["lunch"].title == "Tea"
    assert update_event.undo is not None
    said = await update_event.undo(output.undo, context(memory))
    assert said == "The event is again what it was."
    assert memory.kept["lunch"] == lunch


async def test_a_call_that_hides_who_is_told_does_nothing(memory: Memory, meeting: Event) -> None:
    with pytest.raises(ToolError, match="other attendees"):
        await update_event.run({"event": LUNCH, "title": "Tea"}, context(memory))
    assert memory.kept["lunch"] == meeting


async def test_guests_come_and_go(memory: Memory, meeting: Event) -> None:
    asked = {"event": MEETING, "invite": ["eve@example.org", "BOB@example.com"]}
    await update_event.run(asked, context(memory))
    people = [each.address for each in memory.kept["lunch"].attendees]
    assert people == ["bob@example.com", "eve@example.org"]
    both = {**LUNCH, "attendees": people}
    asked = {"event": both, "uninvite": ["Bob@Example.com"]}
    await update_event.run(asked, context(memory))
    assert [each.address for each in memory.kept["lunch"].attendees] == ["eve@example.org"]


async def test_nobody_is_uninvited_who_was_not_invited(memory: Memory, meeting: Event) -> None:
    asked = {"event": MEETING, "uninvite": ["eve@example.org"]}
    with pytest.raises(ToolError, match=r"eve@example\.org is not invited\. Nothing was changed"):
        await update_event.run(asked, context(memory))


async def test_the_time_of_a_whole_series_is_left_alone(memory: Memory) -> None:
    memory.put("Lunch", START, END, id="s", repeats="FREQ=DAILY")
    one = memory.put("Lunch", START, END, series="s")
    asked = {"event": LUNCH, "all_occurrences": True}
    with pytest.raises(ToolError, match="Nothing was changed"):
        await update_event.run({**asked, **LATER}, context(memory))
    await update_event.run({**asked, "title": "Tea"}, context(memory))
    assert (memory.kept["s"].title, memory.kept["lunch"]) == ("Tea", one)


async def test_a_server_that_sends_nothing_is_not_said_to_have(
    memory: Memory, meeting: Event
) -> None:
    memory.told = False
    output = await update_event.run({"event": MEETING, "title": "Tea"}, context(memory))
    assert "the attendees have not been told" in output.content
