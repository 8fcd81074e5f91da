"""A second factor is set up, asked for, and turned off again."""

import re
import time
from dataclasses import dataclass

import asyncpg
import pyotp
import pytest
from playwright.async_api import Page, expect

from assistant.local.postgres import running
from tests.e2e.app import App
from tests.e2e.axe import serious_faults
from tests.e2e.pages import Chat, SignIn
from tests.e2e.people import Person

WRONG = "This code is not right, or it was used already."
REFUSED = ["status of 422", "status of 403", "status of 401"]
ASKED = re.compile(r"/verify(\?|$)")


@dataclass
class Verify:
    """The page that asks for the code."""

    page: Page

    async def give(self, code: str) -> None:
        """Type the code and go on."""
        await self.page.get_by_label("Code from your authenticator").fill(code)
        await self.page.get_by_role("button", name="Continue").click()

    async def give_recovery(self, code: str) -> None:
        """The same with a recovery code."""
        await self.page.get_by_role("button", name="Use a recovery code").click()
        await self.page.get_by_label("Recovery code").fill(code)
        await self.page.get_by_role("button", name="Continue").click()


async def enrolled(person: Person) -> tuple[Page, pyotp.TOTP, list[str]]:
    """The person's settings, the authenticator that they have set up there, and the codes."""
    page = (await person.open("/settings")).page
    await page.get_by_role("button", name="Set up").click()
    secret = (await page.get_by_test_id("secret").inner_text()).replace(" ", "")
    totp = pyotp.TOTP(secret)
    field = page.get_by_label("The code that the app shows")
    await field.fill(wrong_for(totp))
    await field.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text=WRONG)).to_be_visible()
    await field.fill(totp.at(time.time()))
    await field.press("Enter")
    codes = page.get_by_test_id("recovery-codes").locator("code")
    await expect(codes).to_have_count(10)
    return page, totp, await codes.all_inner_texts()


def wrong_for(totp: pyotp.TOTP) -> str:
    near = {totp.at(time.time() + 30 * step) for step in range(-4, 5)}
    return next(code for code in map("{:06}".format, range(20)) if code not in near)


def next_of(totp: pyotp.TOTP) -> str:
    """A code after the one of now, which is used up; it is good now, and after the next step."""
    return totp.at(time.time() + 30)


async def signed_in_again(person: Person, chat: Chat) -> Verify:
    """Signed out and in by the page, as far as the code."""
    await chat.sign_out()
    await SignIn(chat.page).as_(person.name)
    await expect(chat.page).to_have_url(ASKED)
    return Verify(chat.page)


async def test_the_recovery_codes_are_shown_once_and_can_be_kept_as_a_file(alice):
    alice.forgiven = REFUSED
    page, _, codes = await enrolled(alice)
    assert len(codes) == 10
    async with page.expect_download() as begun:
        await page.get_by_role("button", name="Download").click()
    download = await begun.value
    assert download.suggested_filename == "assistant-recovery-codes.txt"
    lines = (await download.path()).read_text().split("\n")
    assert [line for line in lines if line in codes] == codes
    await page.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text("10 of 10 are left.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("10 of 10 are left.")).to_be_visible()
    for secret in codes:
        await expect(page.get_by_text(secret)).to_have_count(0)


async def test_after_signing_in_the_code_is_asked_for_and_a_wrong_one_is_refused(alice):
    alice.forgiven = REFUSED
    page, totp, _ = await enrolled(alice)
    verify = await signed_in_again(alice, Chat(page))
    await verify.give(wrong_for(totp))
    await expect(page.get_by_role("alert")).to_contain_text(WRONG)
    await page.goto(f"{alice.url}/settings")
    await expect(page).to_have_url(f"{alice.url}/verify?next=/settings")
    await verify.give(next_of(totp))
    await expect(page).to_have_url(f"{alice.url}/settings")
    await expect(page.get_by_text("This device")).to_be_visible()


async def test_a_recovery_code_stands_in_for_the_phone_once(alice):
    alice.forgiven = REFUSED
    page, _, codes = await enrolled(alice)
    verify = await signed_in_again(alice, Chat(page))
    await verify.give_recovery(codes[0].upper())
    await expect(Chat(page).composer).to_be_editable()
    verify = await signed_in_again(alice, Chat(page))
    await verify.give_recovery(codes[0])
    await expect(page.get_by_role("alert")).to_contain_text(WRONG)
    await verify.give_recovery(codes[1])
    await expect(Chat(page).composer).to_be_editable()


async def test_who_stops_at_the_code_can_sign_out(alice):
    alice.forgiven = REFUSED
    page, _, _ = await enrolled(alice)
    await signed_in_again(alice, Chat(page))
    await page.get_by_role("button", name="Sign out").click()
    await expect(SignIn(page).form).to_be_visible()


async def test_it_is_turned_off_by_who_has_just_shown_who_they_are(alice, app):
    alice.forgiven = REFUSED
    page, _, codes = await enrolled(alice)
    await page.get_by_role("button", name="I have kept them").click()
    await _let_time_pass(app, await alice.id())
    await _turn_off(page)
    await expect(page).to_have_url(f"{alice.url}/sign-in?again=1&next=/settings")
    await SignIn(page).as_(alice.name)
    await expect(page).to_have_url(f"{alice.url}/verify?next=/settings")
    await Verify(page).give_recovery(codes[0])
    await expect(page).to_have_url(f"{alice.url}/settings")
    await _turn_off(page)
    await expect(page.get_by_role("button", name="Set up")).to_be_visible()
    await Chat(page).sign_out()
    await SignIn(page).as_(alice.name)
    await expect(Chat(page).composer).to_be_editable()


async def test_an_old_code_is_asked_for_anew_and_leads_back(alice, app):
    alice.forgiven = REFUSED
    page, totp, _ = await enrolled(alice)
    await page.get_by_role("button", name="I have kept them").click()
    await _let_time_pass(app, await alice.id(), "verified_at")
    await page.get_by_role("button", name="Make new recovery codes").click()
    await page.get_by_role("button", name="Make new codes").click()
    await expect(page).to_have_url(f"{alice.url}/verify?again=1&next=%2Fsettings")
    await expect(page.get_by_text("First show that it is you.")).to_be_visible()
    await Verify(page).give(next_of(totp))
    await expect(page).to_have_url(f"{alice.url}/settings")
    await page.get_by_role("button", name="Make new recovery codes").click()
    await page.get_by_role("button", name="Make new codes").click()
    await expect(page.get_by_role("heading", name="Keep these ten codes")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_on_the_way(person, app, scheme):
    alice = await person(app.url, color_scheme=scheme, reduced_motion="reduce")
    alice.forgiven = REFUSED
    page = (await alice.open("/settings")).page
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_test_id("secret")).to_be_visible()
    assert await serious_faults(page) == []
    await page.get_by_role("button", name="Cancel").click()
    await page.close()
    page, totp, _ = await enrolled(alice)
    assert await serious_faults(page) == []
    await page.get_by_role("button", name="I have kept them").click()
    await page.get_by_role("button", name="Turn the second factor off").click()
    await expect(page.get_by_role("button", name="Turn off", exact=True)).to_be_visible()
    assert await serious_faults(page) == []
    verify = await signed_in_again(alice, Chat(page))
    assert await serious_faults(page) == []
    await verify.give(wrong_for(totp))
    await expect(page.get_by_role("alert")).to_contain_text(WRONG)
    assert await serious_faults(page) == []


async def _turn_off(page: Page) -> None:
    await page.get_by_role("button", name="Turn the second factor off").click()
    await page.get_by_role("button", name="Turn off", exact=True).click()


async def _let_time_pass(app: App, user_id: str, column: str = "fresh_at") -> None:
    """What the user has proved becomes too old."""
    with running(app.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        past = f"update login_sessions set {column} = now() - interval '1 hour' where user_id = $1"  # noqa: S608
        await admin.execute(past, user_id)
        await admin.close()
