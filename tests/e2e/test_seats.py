"""A Team is paid for three, a seat is given by a link, taken in another browser, and taken back."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.axe import serious_faults
from tests.e2e.people import Person
from tests.e2e.shop import Billing, Shop, opened, pay
from tests.e2e.touch import fits


async def has_team(billing: Billing, shop: Shop, seats: int = 3) -> None:
    """Buy a Team with so many seats."""
    await billing.press("Get Team")
    await billing.change.get_by_label("Seats").fill(str(seats))
    then = f"${35 * seats}.00 a month"
    await expect(billing.change.get_by_test_id("due-then")).to_contain_text(then)
    await billing.change.get_by_test_id("agree").click()
    await pay(billing, shop)
    await expect(billing.news).to_have_text("Thank you. Team is in force.")


def places(billing: Billing) -> Locator:
    """The rows of the seats that are given or offered."""
    return billing.page.get_by_test_id("seat")


async def invites(billing: Billing, label: str) -> str:
    """Give a seat away; returns the link."""
    await billing.page.get_by_label("Give a seat away").fill(label)
    await billing.press("Make a link")
    field = billing.page.get_by_test_id("seat-link").get_by_role("textbox")
    await expect(field).to_be_focused()
    return await field.input_value()


async def takes(member: Person, link: str) -> Billing:
    """Follow the link and take the seat; returns their page."""
    page = (await member.open("/")).page
    await page.goto(link)
    await page.get_by_test_id("take-seat").click()
    await expect(page.get_by_role("heading", name="You have the seat")).to_be_visible()
    return Billing(page)


async def test_a_seat_is_given_taken_in_another_browser_and_taken_back(person, shop):
    alice = await person(shop.app.url)
    billing = await opened(alice)
    await has_team(billing, shop)
    link = await invites(billing, "Bob from sales")
    await expect(places(billing)).to_contain_text(["Bob from sales"])

    bob = await person(shop.app.url, "Bob", signed_in=False)
    page = await bob.context.new_page()
    await page.goto(link)
    await expect(page).to_have_url(f"{bob.url}/sign-in?next=/seat")  # without the token
    await page.get_by_label("Your name").fill(bob.name)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="A seat in a Team plan")).to_be_visible()
    await expect(page).to_have_url(f"{bob.url}/seat")
    await expect(places(billing)).to_have_attribute("data-state", "offered")
    await page.get_by_test_id("take-seat").click()
    await expect(places(billing)).to_have_attribute("data-state", "taken")
    await page.get_by_role("link", name="To your conversations").click()
    left = page.get_by_test_id("usage-remaining")
    await expect(left).to_contain_text("of 5,000")

    await billing.press("Take back the seat for Bob from sales")
    await billing.press("Take back")
    await expect(places(billing)).to_have_attribute("data-state", "left")
    await expect(left).to_contain_text("of 100")


async def test_who_has_a_seat_buys_nothing_beside_it_and_may_leave(person, shop):
    alice, bob = await person(shop.app.url), await person(shop.app.url, "Bob")
    billing = await opened(alice)
    await has_team(billing, shop, 2)
    theirs = await takes(bob, await invites(billing, "Bob"))
    await theirs.page.goto(f"{bob.url}/billing")
    await expect(theirs.standing).to_have_text(re.compile("^A seat that somebody else pays for"))
    await expect(theirs.card("Team")).to_contain_text("Your plan")
    await expect(theirs.card("Pro")).to_contain_text("Leave it first")
    await expect(theirs.card("Pro").get_by_role("button")).to_have_count(0)
    await theirs.press("Leave this seat")
    await theirs.page.get_by_role("group").get_by_role("button", name="Leave").click()
    await expect(theirs.page.get_by_test_id("my-seat")).to_have_count(0)
    await expect(theirs.card("Free")).to_contain_text("Your plan")
    await expect(theirs.card("Team").get_by_role("button")).to_have_text(re.compile("^Get Team"))


async def test_a_link_that_was_used_says_so_and_one_that_is_cut_off_too(person, shop):
    alice, bob, eve = [await person(shop.app.url, name) for name in ("Alice", "Bob", "Eve")]
    billing = await opened(alice)
    await has_team(billing, shop, 2)
    link = await invites(billing, "Bob")
    await takes(bob, link)
    eve.forgiven.append("status of 422")
    page = (await eve.open("/")).page
    for address, said in ((link, "was used already"), (link[:-5], "is not complete")):
        await page.goto("about:blank")
        await page.goto(address)
        await expect(page.get_by_role("alert")).to_contain_text(said)


async def test_seats_that_are_given_away_are_not_paid_away(person, shop):
    billing = await opened(await person(shop.app.url))
    await has_team(billing, shop)
    await invites(billing, "Bob")
    await invites(billing, "Ana")
    await billing.press("Change seats")
    await billing.change.get_by_label("Seats").fill("2")
    await expect(billing.change.get_by_role("alert")).to_contain_text("Take 1 back first")
    await billing.change.get_by_role("button", name="Not now").click()
    await expect(billing.change).to_be_hidden()
    await expect(billing.page.get_by_text("Take 1 back first")).to_have_count(0)
    await expect(billing.page.get_by_role("button", name="Change seats")).to_be_focused()
    await billing.press("Change seats")
    await expect(billing.change.get_by_label("Seats")).to_have_value("4")
    await expect(billing.change.get_by_test_id("agree")).to_be_enabled()


async def test_who_does_not_want_a_seat_now_is_not_asked_again_and_its_link_stays_good(
    person, shop
):
    alice, bob = await person(shop.app.url), await person(shop.app.url, "Bob")
    billing = await opened(alice)
    await has_team(billing, shop, 2)
    link = await invites(billing, "Bob")
    page = (await bob.open("/")).page
    await page.goto(link)
    await page.get_by_role("link", name="Not now").click()
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await page.goto(f"{bob.url}/seat")
    await expect(page.get_by_role("alert")).to_contain_text("There is no invitation here")
    await expect(places(billing)).to_have_attribute("data-state", "offered")
    await page.goto("about:blank")
    await page.goto(link)
    await page.get_by_test_id("take-seat").click()
    await expect(places(billing)).to_have_attribute("data-state", "taken")


async def test_both_pages_of_billing_tell_by_themselves_of_a_seat_that_was_taken_back(person, shop):
    alice, bob = await person(shop.app.url), await person(shop.app.url, "Bob")
    billing = await opened(alice)
    await has_team(billing, shop, 2)
    theirs = await takes(bob, await invites(billing, "Bob"))
    await theirs.page.goto(f"{bob.url}/billing")
    seat = theirs.page.get_by_test_id("my-seat")
    await expect(seat).to_contain_text("Its limits are for you alone")
    await expect(places(billing)).to_contain_text(re.compile("Has sat here since .*20"))
    await billing.press("Take back the seat for Bob")
    await billing.press("Take back")
    status = billing.page.get_by_test_id("seats").get_by_role("status")
    await expect(status).to_have_text("The seat for Bob is taken back.")
    await expect(places(billing)).to_contain_text(re.compile("given to somebody else from .*20"))
    await expect(places(billing).get_by_role("button")).to_have_count(0)
    await expect(billing.page.get_by_text("All seats are given away")).to_be_visible()
    await expect(seat).to_have_count(0)
    await expect(theirs.card("Free")).to_contain_text("Your plan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_they_fit_a_phone_and_screen_readers(person, shop, scheme):
    size = {"width": 360, "height": 740}
    options = {"viewport": size, "color_scheme": scheme}
    billing = await opened(await person(shop.app.url, "Eve", **options))
    await has_team(billing, shop)
    link = await invites(billing, "Ana from accounting")
    await fits(billing.page)
    assert await serious_faults(billing.page) == []
    page = (await (await person(shop.app.url, "Ana", **options)).open("/")).page
    await page.goto(link)
    await expect(page.get_by_test_id("take-seat")).to_be_visible()
    await fits(page)
    assert await serious_faults(page) == []
