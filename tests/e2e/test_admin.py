"""The operator sees how things stand with everybody; for all others there is no such page."""

import subprocess
import sys
from os import environ

import pytest
from playwright.async_api import expect

from tests.e2e.app import PROJECT, UNSET
from tests.e2e.axe import serious_faults
from tests.e2e.touch import fits

NOTHING = "There is nothing here"


def appoint(app, verb, who):
    """Run the command of whoever holds the database, while the app serves."""
    own = {"ASSISTANT_DATA_DIR": str(app.data), "PORT": str(app.port)}
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "assistant", "operator", verb, who],
        cwd=PROJECT,
        env={**environ, **UNSET, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


async def test_an_operator_sees_how_things_stand_and_bob_does_not(alice, bob, app):
    chat = await bob.open()
    await chat.ask("What is a heron? [[tokens=200]]")
    bob.forgiven.append("404")
    page = (await bob.open("/admin")).page
    await expect(page.get_by_role("heading", name=NOTHING)).to_be_visible()
    answers = [await bob.get(path) for path in ("/admin", "/nobody")]
    assert [each.status for each in answers] == [404, 404]
    assert await answers[0].text() == await answers[1].text()

    appoint(app, "add", alice.name)
    page = (await alice.open("/admin")).page
    mark = (await bob.id()).replace("-", "")[:8]
    await expect(page.get_by_role("heading", name="Operator", exact=True)).to_be_visible()
    await expect(page.get_by_text("users, ")).to_be_visible()
    spenders = page.locator("section", has=page.get_by_role("heading", name="Users who cost most"))
    await expect(spenders.get_by_role("rowheader", name=mark)).to_be_visible()
    await expect(page.get_by_role("rowheader", name="Claude Sonnet 5.5")).to_be_visible()
    shown = await page.locator(".page").inner_text()
    assert "heron" not in shown
    assert bob.name not in shown

    appoint(app, "remove", alice.name)
    alice.forgiven.append("404")
    await page.reload()
    await expect(page.get_by_role("heading", name=NOTHING)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_fits_a_phone_and_screen_readers(person, app, scheme):
    size = {"width": 360, "height": 740}
    eve = await person(app.url, "Eve", viewport=size, color_scheme=scheme)
    chat = await eve.open()
    await chat.ask("What is it? [[tokens=40]]")
    appoint(app, "add", eve.name)
    page = (await eve.open("/admin")).page
    await expect(page.get_by_role("rowheader", name="Claude Sonnet 5.5")).to_be_visible()
    await fits(page)
    assert await serious_faults(page) == []
