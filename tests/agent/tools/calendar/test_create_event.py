"""A new event: what its card says, whom it reaches, and that it is made once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.agent.acts import Effect, Target, ToolContext
from assistant.agent.tools.calendar import create_event
from assistant.errors import ToolError
from tests.agent.tools.calendar.memory import Memory, context

LUNCH = {
    "title": "Lunch",
    "start": "2026-12-03T12:00",
    "end": "2026-12-03T13:00",
    "calendar": "Work",
}
LISBON = ZoneInfo("Europe/Lisbon")


async def card(**more: object) -> str:
    return (await create_event.intent({**LUNCH, **more}, context(Memory()))).sentence.replace(
        "\N{EN DASH}", "-"
    )


async def test_alone_it_is_the_users_own_affair() -> None:
    intent = await create_event.intent(LUNCH, context(Memory()))
    assert intent.effect is Effect.WRITE
    assert intent.targets == (Target("calendar", "Work"),)
    assert await card() == (
        "Create “Lunch” on Thu 3 Dec 2026, 12:00-13:00 your time, in the calendar “Work”"
    )


async def test_in_a_calendar_that_others_see_it_is_sending_without_any_invitation() -> None:
    intent = await create_event.intent({**LUNCH, "calendar": "Team"}, context(Memory()))
    assert intent.effect is Effect.SEND
    assert intent.targets == (Target("calendar", "Team"),)
    assert intent.sentence.endswith("in the calendar “Team”. Others see this calendar")


async def test_in_no_calendar_it_gets_no_card(memory: Memory) -> None:
    with pytest.raises(ToolError, match="no calendar"):
        await create_event.intent({**LUNCH, "calendar": "Play"}, context(memory))


async def test_with_others_it_is_sending_and_names_each_of_them() -> None:
    people = ["bob@example.com", "eve@example.org"]
    intent = await create_event.intent({**LUNCH, "attendees": people}, ToolContext())
    assert intent.effect is Effect.SEND
    assert intent.targets == (
        *(Target("recipient", each) for each in people),
        Target("calendar", "Work"),
    )
    more = {"location": "Café", "description": "x", "repeats": "weekly", "timezone": "Asia/Tokyo"}
    assert await card(attendees=people, **more) == (
        "Invite bob@example.com and eve@example.org to “Lunch” on Thu 3 Dec 2026, 12:00-13:00 "
        "Asia/Tokyo time, every week, at “Café”, in the calendar “Work”, with a description"
    )


async def test_local_times_are_the_users_own(memory: Memory) -> None:
    output = await create_event.run(LUNCH, context(memory))
    made = memory.kept["key"]
    assert (made.start, made.end) == (
        datetime(2026, 12, 3, 12, tzinfo=LISBON),
        datetime(2026, 12, 3, 13, tzinfo=LISBON),
    )
    assert output.content.replace("\N{EN DASH}", "-") == (
        "Created “Lunch” on Thu 3 Dec 2026, 12:00-13:00 (Europe/Lisbon), id key."
    )


async def test_another_zone_or_an_offset_is_kept_to(memory: Memory) -> None:
    await create_event.run({**LUNCH, "timezone": "Asia/Tokyo"}, context(memory, key="a"))
    assert memory.kept["a"].start == datetime(2026, 12, 3, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    times = {"start": "2026-12-03T12:00Z", "end": "2026-12-03T13:00Z"}
    await create_event.run({**LUNCH, **times}, context(memory, "Asia/Tokyo", "b"))
    assert memory.kept["b"].start == datetime(2026, 12, 3, 12, tzinfo=LISBON)


async def test_days_and_series_reach_the_calendar(memory: Memory) -> None:
    asked = {"start": "2026-12-03", "end": "2026-12-04", "repeats": "yearly",
             "repeats_until": "2030-12-31"}  # fmt: skip
    await create_event.run({**LUNCH, **asked}, context(memory))
    made = memory.kept["key"]
    assert (made.start, made.end) == (date(2026, 12, 3), date(2026, 12, 5))
    assert made.repeats == "FREQ=YEARLY;UNTIL=20301231"


async def test_two_tries_make_one_event(memory: Memory) -> None:
    assert create_event.repeatable
    for _ in range(2):
        await create_event.run(LUNCH, context(memory))
    assert len(memory.kept) == 1


async def test_it_can_be_taken_back(memory: Memory) -> None:
    output = await create_event.run(LUNCH, context(memory))
    assert create_event.undo is not None
    assert await create_event.undo(output.undo, context(memory)) == "The event was deleted again."
    assert not memory.kept


async def test_a_server_that_sends_nothing_is_not_said_to_have(memory: Memory) -> None:
    memory.told = False
    asked = {**LUNCH, "attendees": ["bob@example.com"]}
    output = await create_event.run(asked, context(memory))
    assert "the attendees have not been told" in output.content


async def test_a_calendar_that_may_only_be_read_stays_as_it_is(memory: Memory) -> None:
    with pytest.raises(ToolError, match=r"may only be read\. Nothing was changed"):
        await create_event.run({**LUNCH, "calendar": "Home"}, context(memory))
    assert not memory.kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"attendees": ["Bob <bob@example.com>"]},
        {"attendees": ["a@b.c\nBCC:x@y.z"]},
        {"attendees": ["a@b.co"] * 51},
        {"title": "Lunch\r\nATTENDEE:mailto:evil@example.com"},
        {"title": "a\u202eb"},
        {"location": "a\nb"},
        {"description": "a\x00b"},
        {"end": "2026-12-03T11:00"},
        {"timezone": "Mars/Base"},
        {"repeats": "hourly"},
        {"repeats_until": "2026-12-03T12:00"},
    ],
)
async def test_what_does_not_fit_gets_neither_a_card_nor_an_event(memory: Memory, wrong) -> None:
    with pytest.raises(ToolError):
        await create_event.intent({**LUNCH, **wrong}, context(memory))
    with pytest.raises(ToolError):
        await create_event.run({**LUNCH, **wrong}, context(memory))
    assert not memory.kept
