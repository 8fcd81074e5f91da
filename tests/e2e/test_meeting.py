"""What is planned by chat stands in a real calendar as it was allowed, and can be taken back."""

import re

from playwright.async_api import expect

from tests.e2e.axe import serious_faults
from tests.e2e.pages import Card, Connections
from tests.servers.radicale import USERS

ALICE = "alice@example.com"
MEETING = """Ask Bob for lunch. [[tool=create_event title=Lunch start=2026-12-03T12:00 \
end=2026-12-03T13:00 calendar=Team 'attendees:=["bob@example.com"]']]"""
SWIM = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//elsewhere//EN\r
BEGIN:VEVENT\r
UID:swim\r
DTSTAMP:20261101T100000Z\r
DTSTART:20261204T180000Z\r
DTEND:20261204T190000Z\r
SUMMARY:Swim\r
DESCRIPTION:Bring the blue towel\r
END:VEVENT\r
END:VCALENDAR\r
"""


async def test_a_meeting_is_asked_for_edited_allowed_and_stands_in_the_calendar(ann, outside):
    outside.calendar.make_calendar("team", "Team")
    settings = (await ann.open("/settings")).page
    await Connections(settings).connect_calendar(outside.calendar.url, ALICE, USERS[ALICE])
    await expect(settings.get_by_test_id("connection")).to_contain_text("Works")
    chat = await ann.open()
    await chat.say(MEETING)
    await chat.ends("waiting")
    card = Card(chat.page)
    await expect(card.frame).to_contain_text(
        "Invite bob@example.com to “Lunch” on Thu 3 Dec 2026, 12:00\N{EN DASH}13:00 your time, "
        "in the calendar “Team”"
    )
    await expect(card.frame).to_contain_text("Nothing has been sent.")
    assert outside.calendar.names("team") == []
    await expect(card.frame.get_by_test_id("arguments")).to_contain_text("Thu 3 Dec 2026, 13:00")
    await card.edit.click()
    await card.field("title").fill("Long lunch")
    await card.field("end").fill("2026-12-03T14:30")
    await card.field("attendees").fill("bob@example.com\ncarol@example.com")
    assert await serious_faults(chat.page) == []
    await card.allow.click()
    await card.is_gone()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    await expect(chat.tools.last).to_contain_text(
        "Invite bob@example.com and carol@example.com to “Long lunch” on Thu 3 Dec 2026, "
        "12:00\N{EN DASH}14:30 your time, in the calendar “Team” · Allowed by you · done"
    )
    (name,) = outside.calendar.names("team")
    event = _unfolded(outside.calendar.ask("GET", f"team/{name}").text)
    assert "SUMMARY:Long lunch" in event
    assert "DTSTART;TZID=Europe/Lisbon:20261203T120000" in event
    assert "DTEND;TZID=Europe/Lisbon:20261203T143000" in event
    assert set(re.findall(r"mailto:(\S+)", event)) >= {"bob@example.com", "carol@example.com"}
    await _log_tells_who_allowed_it(ann)


def _unfolded(ics: str) -> str:
    """The lines whole."""
    return ics.replace("\r\n ", "").replace("\n ", "")


async def _log_tells_who_allowed_it(ann) -> None:
    page = (await ann.open("/audit")).page
    rows = page.get_by_test_id("audit-entry").filter(has_text=re.compile("Create(d an)? event"))
    await expect(rows).to_have_count(4)
    statuses = [await row.get_attribute("data-status") for row in await rows.all()]
    assert statuses == ["done", "started", "approved", "asked"]
    done, _, allowed, asked = await rows.all()
    await expect(asked).to_contain_text("Create event")
    await expect(asked).to_contain_text("Waits for you")
    await expect(allowed).to_contain_text("You")
    await expect(done).to_contain_text("Created an event")
    await expect(done).to_contain_text("Long lunch")
    await done.get_by_role("button").first.click()
    await expect(done).to_contain_text("Allowed byYou")
    await expect(done).to_contain_text("recipient: carol@example.com")
    await expect(done).to_contain_text("Outcome")


async def test_a_deleted_event_is_brought_back_from_the_log(ann, outside):
    await outside.connect_calendar(ann, "Sports")
    assert outside.calendar.ask("PUT", "sports/swim.ics", SWIM).status_code == 201
    chat = await ann.open()
    await chat.ask("What is on? [[tool=list_events start=2026-12-04 end=2026-12-04]]")
    event_id = re.search(r"id: (\S+)", await chat.words.last.inner_text())[1]
    event = f'"id": "{event_id}", "calendar": "Sports", "title": "Swim"'
    when = '"start": "2026-12-04T18:00"'
    await chat.say(f"Cancel it. [[tool=delete_event 'event:={{{event}, {when}}}']]")
    await chat.ends("waiting")
    card = Card(chat.page)
    await expect(card.frame).to_contain_text("Delete “Swim” (Fri 4 Dec 2026, 18:00 your time)")
    await card.allow.click()
    await expect(chat.answers).to_have_count(3)
    await chat.ends("done")
    assert outside.calendar.names("sports") == []
    page = (await ann.open("/audit")).page
    done = page.locator("[data-testid=audit-entry][data-status=done]").filter(has_text="Deleted an")
    await done.get_by_role("button").first.click()
    await done.get_by_test_id("undo").click()
    await expect(page.locator("[data-status=undone][data-testid=audit-entry]")).to_be_visible()
    await expect(done).to_contain_text("Undone")
    (name,) = outside.calendar.names("sports")
    assert "DESCRIPTION:Bring the blue towel" in outside.calendar.ask("GET", f"sports/{name}").text
    await expect(chat.tools.last).to_contain_text("done, then undone")
