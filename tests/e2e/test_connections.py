"""A calendar is connected in the settings, and the model plans in it."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.app import App
from tests.e2e.axe import serious_faults
from tests.e2e.pages import Connections
from tests.e2e.touch import fits
from tests.servers.mcp import mcp_server
from tests.servers.radicale import USERS, Radicale, radicale

ALICE = "alice@example.com"
REFUSED = "422"
EVENT = {
    "title": "Swim",
    "start": "2026-12-03T12:00",
    "end": "2026-12-03T13:00",
    "calendar": "Home",
}
EFFECT = "What add does"


@pytest.fixture(scope="module")
async def demo_app(new_data):
    """An app with the demo model, which may reach this machine."""
    async with App(new_data(), {"PRIVATE_HOSTS": "127.0.0.1,localhost"}) as app:
        yield app


@pytest.fixture(scope="module")
def calendar(tmp_path_factory):
    """Radicale, where alice has the calendar Home."""
    folder: Path = tmp_path_factory.mktemp("radicale")
    with radicale(folder) as server:
        server.make_calendar("home", "Home")
        yield server


@pytest.fixture
async def ann(person, demo_app):
    """A user of that app."""
    return await person(demo_app.url, "Ann")


async def connections_of(person) -> Page:
    page = (await person.open("/settings")).page
    await expect(page.get_by_text("Nothing is connected yet.")).to_be_visible()
    return page


async def connect_calendar(page: Page, calendar: Radicale, password: str) -> None:
    await Connections(page).connect_calendar(calendar.url, ALICE, password)


async def test_a_calendar_is_connected_and_the_model_plans_in_it(ann, calendar):
    page = await connections_of(ann)
    await connect_calendar(page, calendar, USERS[ALICE])
    row = page.get_by_test_id("connection")
    await expect(row).to_contain_text(ALICE)
    await expect(row).to_contain_text("Works")
    await expect(page.get_by_text("Another calendar", exact=True)).to_be_visible()
    await expect(page.get_by_text("Another mailbox", exact=True)).to_have_count(0)
    chat = await ann.open()
    await chat.ask(f"use create_event {json.dumps(EVENT)}")
    await expect(chat.tools).to_have_attribute("data-status", "done")
    await expect(chat.words.last).to_contain_text("Created “Swim”")
    (name,) = calendar.names("home")
    assert "SUMMARY:Swim" in calendar.ask("GET", f"home/{name}").text


async def test_a_wrong_password_is_told_and_what_was_typed_stays(ann, calendar):
    ann.forgiven.append(REFUSED)
    page = await connections_of(ann)
    await connect_calendar(page, calendar, "wrong")
    alert = page.get_by_test_id("connections").get_by_role("alert")
    await expect(alert).to_contain_text("does not accept the user name or the password")
    form = page.get_by_test_id("connect-caldav")
    await expect(form.get_by_label("User name")).to_have_value(ALICE)
    await connect_calendar(page, calendar, USERS[ALICE])
    await expect(page.get_by_test_id("connection")).to_be_visible()
    await expect(alert).to_have_text("")


async def test_what_is_disconnected_is_gone_and_its_tools_with_it(ann, calendar):
    page = await connections_of(ann)
    await connect_calendar(page, calendar, USERS[ALICE])
    row = page.get_by_test_id("connection")
    await row.get_by_role("button", name=re.compile("^Test")).click()
    await expect(page.get_by_text("Tried.", exact=True)).to_be_visible()
    await row.get_by_role("button", name=re.compile("^Disconnect")).click()
    await row.get_by_role("button", name="Disconnect", exact=True).click()
    await expect(page.get_by_text("Nothing is connected yet.")).to_be_visible()
    chat = await ann.open()
    await chat.ask(f"use create_event {json.dumps(EVENT)}")
    await expect(chat.words.last).to_contain_text("There is no")


async def test_a_servers_tool_asks_until_the_user_says_that_it_only_reads(ann):
    page = await connections_of(ann)
    async with mcp_server() as server:
        await page.get_by_role("button", name="Connect: MCP server").click()
        form = page.get_by_test_id("connect-mcp")
        await form.get_by_label("Name").fill("sums")
        await form.get_by_label("Address").fill(server.url)
        await form.get_by_role("button", name="Connect").click()
        await page.get_by_text("50 tools: what they may do").click()
        await expect(page.get_by_label(EFFECT)).to_have_value("destroy")
        await page.get_by_label(EFFECT).select_option("read")
        await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        await page.reload()
        await expect(page.get_by_label("Sums: add", exact=True)).to_have_value("allow")
        chat = await ann.open()
        await chat.ask('use sums__add {"a": 2, "b": 3}')
        await expect(chat.words.last).to_contain_text("The sum is 5")
        await expect(chat.tools).to_contain_text("Used sums: add · 2 · ")
        assert server.added == [(2, 3)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_form_can_be_read_and_used_on_a_phone(person, demo_app, scheme):
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    page = await connections_of(await person(demo_app.url, "Ann", **phone))
    assert await serious_faults(page) == []
    await page.get_by_role("button", name="Connect: Mail").click()
    await expect(page.get_by_role("heading", name="Connect a mailbox")).to_be_focused()
    await expect(page.get_by_label("Password")).to_have_attribute("autocomplete", "off")
    assert await serious_faults(page) == []
    await fits(page)
