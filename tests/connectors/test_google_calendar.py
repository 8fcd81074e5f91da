"""What only Google's calendar does."""

from datetime import UTC, datetime

import pytest

from assistant.agent.backends.calendar import Change, Draft
from assistant.connectors.google_calendar import GoogleCalendar
from assistant.errors import ToolError
from tests.connectors.calendars import HERE
from tests.servers.google_calendar import GoogleCalendarServer

WORK = "work@group.calendar.google.com"
START, END = datetime(2026, 12, 3, 12, tzinfo=UTC), datetime(2026, 12, 3, 13, tzinfo=UTC)
LUNCH = Draft("Lunch", START, END)
MEETING = Draft("Meeting", START, END, attendees=("bob@example.com",))


async def test_attendees_are_told_of_each_change_and_nobody_else(google, google_server) -> None:
    made = (await google.create(WORK, MEETING, "key")).event
    invited = ("bob@example.com", "eve@example.com")
    await google.update(WORK, made.id, Change(attendees=invited))
    saved = await google.delete(WORK, made.id)
    await google.restore(saved)
    alone = (await google.create(WORK, LUNCH, "another")).event
    await google.update(WORK, alone.id, Change(title="Dinner"))
    await google.delete(WORK, alone.id)
    assert google_server.told == [
        ("invited", ["bob@example.com"]),
        ("changed", list(invited)),
        ("cancelled", list(invited)),
        ("changed", list(invited)),
    ]


async def test_who_is_no_longer_invited_is_told_too(google, google_server) -> None:
    made = (await google.create(WORK, MEETING, "key")).event
    await google.update(WORK, made.id, Change(attendees=()))
    assert google_server.told[-1] == ("changed", ["bob@example.com"])


async def test_a_second_try_invites_nobody_again(google, google_server) -> None:
    await google.create(WORK, MEETING, "key")
    await google.create(WORK, MEETING, "key")
    assert google_server.told == [("invited", ["bob@example.com"])]


async def test_a_second_try_of_what_was_deleted_since_makes_no_other(google) -> None:
    made = (await google.create(WORK, LUNCH, "key")).event
    await google.delete(WORK, made.id)
    with pytest.raises(ToolError, match="no such event"):
        await google.create(WORK, LUNCH, "key")


async def test_calendars_that_may_only_be_read_are_known(google, google_server) -> None:
    google_server.make_calendar("shared", "Shared", role="reader")
    google_server.calendars["shared"]["summaryOverride"] = "Ours"
    google_server.make_calendar("gone", "Gone")
    google_server.calendars["gone"]["deleted"] = True
    found = {each.name: each.writable for each in await google.calendars()}
    assert found == {"Work": True, "Home": True, "Ours": False}


async def test_a_calendar_of_somebody_elses_is_seen_by_others(google, google_server) -> None:
    google_server.make_calendar("team", "Team", role="writer")
    found = {each.name for each in await google.calendars() if each.shared}
    assert found == {"Team"}


async def test_long_lists_are_read_page_by_page_up_to_a_bound(google, google_server) -> None:
    google_server.page = 2
    for number in range(5):
        await google.create(WORK, LUNCH, f"key {number}")
    found = await google.events(WORK, START, END)
    assert (len(found.events), found.unread) == (5, "")
    for number in range(5, 20):
        await google.create(WORK, LUNCH, f"key {number}")
    found = await google.events(WORK, START, END)
    assert len(found.events) == 16
    assert "more events in that time than can be read" in found.unread


async def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten(
    google, google_server
) -> None:
    made = (await google.create(WORK, LUNCH, "key")).event
    google_server.refusals.extend([(0, ""), (412, "conditionNotMet")])
    with pytest.raises(ToolError, match=r"changed elsewhere meanwhile\. Nothing was changed"):
        await google.update(WORK, made.id, Change(title="Dinner"))
    assert (await google.event(WORK, made.id)).title == "Lunch"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [((403, "rateLimitExceeded"), "too often"), ((410, "deleted"), "no such event")],
)
async def test_refusals_reach_the_model_as_sentences(google, google_server, refusal, said) -> None:
    google_server.refusals.append(refusal)
    with pytest.raises(ToolError, match=said):
        await google.create(WORK, LUNCH, "key")
    assert not google_server.events[WORK]


async def test_a_grant_that_was_taken_back_is_said_so(google_server: GoogleCalendarServer) -> None:
    async def old(refused: str = "") -> str:
        return "an old token"

    google = GoogleCalendar(old, HERE, google_server.url)
    with pytest.raises(ToolError, match="has taken this access back"):
        await google.calendars()


async def test_a_deleted_event_that_somebody_has_brought_back_otherwise_is_left_so(
    google, google_server
) -> None:
    made = (await google.create(WORK, LUNCH, "key")).event
    saved = await google.delete(WORK, made.id)
    kept = google_server.events[WORK][made.id]
    google_server.put(WORK, {**kept, "status": "confirmed", "summary": "Other"})
    with pytest.raises(ToolError, match="nothing was overwritten"):
        await google.restore(saved)
    assert (await google.event(WORK, made.id)).title == "Other"
