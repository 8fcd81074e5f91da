"""Somebody lets the assistant into their Google account, has it invite, and takes that back."""

import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.e2e.app import App
from tests.e2e.axe import serious_faults
from tests.e2e.pages import Card
from tests.e2e.people import Person
from tests.e2e.touch import fits
from tests.servers.google import ADDRESS, HOME, Google, google

BOB = "bob@example.org"
MEETING = {
    "title": "Lunch",
    "start": "2026-12-03T12:00",
    "end": "2026-12-03T13:00",
    "calendar": "Home",
    "attendees": [BOB],
}
TAKEN_BACK = "Google has taken this access back. Connect it again."


@pytest.fixture(scope="module")
async def at_google():
    """Google, with an account of Alice's."""
    async with google() as server:
        yield server


@pytest.fixture(scope="module")
async def google_app(new_data, at_google):
    """An app with the demo model, where Google is set up, so that nobody signs in by a name."""
    async with App(new_data(), at_google.settings()) as app:
        yield app


@pytest.fixture
async def ann(person, google_app, at_google) -> Person:
    """Somebody whom Google vouches for."""
    return await enters(await person(google_app.url, "Ann", signed_in=False), at_google)


async def enters(one: Person, at_google: Google) -> Person:
    """Sign in as Google's pages would do it for somebody new; what they granted is their own."""
    at_google.providers.claims["sub"] = one.name
    at_google.providers.denies = False
    at_google.grants.unticked = ()
    assert (await one.context.request.get(f"{one.url}/auth/login/google")).ok
    return one


async def goes_to_google(one: Person, choice: str = "Calendar and mail") -> Page:
    """Choose what to connect, and come back."""
    page = (await one.open("/settings")).page
    await page.get_by_role("button", name="Connect: Google").click()
    await page.get_by_label(choice).check()
    await page.get_by_role("button", name="Continue to Google").click()
    await page.wait_for_url(re.compile(r"/settings\?google="))
    return page


async def test_a_meeting_is_planned_at_google_and_the_access_is_given_back(ann, at_google):
    page = await goes_to_google(ann)
    row = page.get_by_test_id("connection")
    await expect(page.get_by_text("Connected.", exact=True)).to_be_in_viewport()
    await expect(row).to_contain_text(f"GoogleWorks{ADDRESS}Used as your calendar and mailbox.")
    refresh = at_google.grants.all[-1].refresh
    chat = await ann.open()
    await chat.say(f"use create_event {json.dumps(MEETING)}")
    await chat.ends("waiting")
    card = Card(chat.page)
    await expect(card.targets).to_contain_text(BOB)
    await card.allow.click()
    await card.is_gone()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    (event,) = at_google.calendar.events[HOME].values()
    assert (event["summary"], event["attendees"][0]["email"]) == ("Lunch", BOB)
    assert at_google.calendar.told == [("invited", [BOB])]
    await row.get_by_role("button", name=f"Disconnect {ADDRESS}").click()
    await row.get_by_role("button", name="Disconnect", exact=True).click()
    await expect(page.get_by_text("Nothing is connected yet.")).to_be_visible()
    assert at_google.grants.revoked[-1:] == [refresh]


async def test_a_box_that_was_not_ticked_is_said(ann, at_google):
    at_google.grants.unticked = ("gmail",)
    row = (await goes_to_google(ann)).get_by_test_id("connection")
    await expect(row).to_contain_text("Used as your calendar.")
    await expect(row).to_contain_text("Your mailbox was not ticked at Google, so it stays closed.")


async def test_who_says_no_is_back_where_they_were(ann, at_google):
    at_google.providers.denies = True
    page = await goes_to_google(ann, "Mail only")
    alert = page.get_by_test_id("connections").get_by_role("alert")
    await expect(alert).to_have_text("You said no at Google, so nothing was connected.")
    await expect(alert).to_be_in_viewport()
    await expect(page.get_by_test_id("connection")).to_have_count(0)


async def test_an_access_that_was_taken_back_is_told_in_the_chat_and_in_the_settings(
    ann, at_google
):
    await goes_to_google(ann, "Calendar only")
    at_google.grants.take_back()
    chat = await ann.open()
    day = {"start": "2026-12-03", "end": "2026-12-04"}
    await chat.ask(f"use list_events {json.dumps(day)}")
    await expect(chat.words.last).to_contain_text(TAKEN_BACK)
    page = (await ann.open("/settings")).page
    row = page.get_by_test_id("connection")
    await expect(row).to_contain_text(f"Needs attention{ADDRESS}")
    await expect(row).to_contain_text(TAKEN_BACK)
    page = await goes_to_google(ann, "Calendar only")
    await expect(page.get_by_test_id("connection")).to_contain_text("Works")


async def test_a_google_that_cannot_be_told_is_said(ann, at_google):
    page = await goes_to_google(ann, "Mail only")
    at_google.providers.status["/revoke"] = 503
    row = page.get_by_test_id("connection")
    await row.get_by_role("button", name=re.compile("^Disconnect")).click()
    await row.get_by_role("button", name="Disconnect", exact=True).click()
    alert = page.get_by_test_id("connections").get_by_role("alert")
    await expect(alert).to_contain_text("Google could not be told.")
    del at_google.providers.status["/revoke"]
    await expect(row).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_choice_can_be_read_and_made_on_a_phone(person, google_app, at_google, scheme):
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    one = await person(google_app.url, "Ann", signed_in=False, **phone)
    page = (await (await enters(one, at_google)).open("/settings")).page
    await page.get_by_role("button", name="Connect: Google").click()
    await expect(page.get_by_role("heading", name="Connect Google")).to_be_focused()
    assert await serious_faults(page) == []
    await fits(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Calendar only")).to_be_checked()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/settings\?google="))
    there = next(each for each in asked if "/authorize?" in each)
    scope = dict(parse_qsl(urlsplit(there).query))["scope"]
    assert "calendar.events" in scope
    assert "gmail" not in scope
    assert await serious_faults(page) == []
    await fits(page)
