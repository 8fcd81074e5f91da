"""The plan in the chat: what an answer cost, what is left, and what is said when nothing is."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.e2e.app import App, keys_for
from tests.e2e.axe import serious_faults
from tests.e2e.plans import paid, used
from tests.e2e.touch import fits

NOBODY = "http://127.0.0.1:9"  # nothing in these stories asks Stripe
RETURN = 'window.dispatchEvent(new Event("focus"))'  # from another window, where they have paid


@pytest.fixture(scope="module")
async def shop(vendors, new_data) -> AsyncIterator[App]:
    """An app that sells plans: who is new has the smallest."""
    stripe = {"STRIPE_SECRET_KEY": "sk_test_none", "STRIPE_API_BASE": NOBODY}
    async with App(new_data(), {**keys_for(vendors), **stripe}) as app:
        yield app


async def test_who_has_used_all_hears_so_first_and_sends_the_same_draft_once_they_have_paid(
    person, shop
):
    eve = await person(shop.url, "Eve")
    eve.forgiven = ["404"]
    chat = await eve.open()
    await chat.ask("Hello")
    await used(shop, eve, 79)
    await chat.ask("How many are left?")
    short = chat.page.get_by_test_id("short")
    await expect(short).to_contain_text("20 of 100 messages left until")
    await used(shop, eve, 100)
    await chat.page.reload()
    spent = chat.page.get_by_test_id("spent")
    await expect(spent).to_contain_text("All 100 messages of this month in the Free plan are sent")
    await chat.say("One too many")
    await expect(
        chat.page.get_by_text("This was not sent. What you wrote is kept.")
    ).to_be_visible()
    await expect(chat.composer).to_have_value("One too many")
    await expect(chat.said).to_have_text(["Hello", "How many are left?"])
    assert await serious_faults(chat.page) == []

    place = f"/chat/{chat.id}"
    await spent.get_by_role("link", name="Upgrade to Pro").click()
    await expect(chat.page).to_have_url(f"{eve.url}/billing?back={place}")
    await chat.page.goto(eve.url + place)
    await expect(spent).to_contain_text("All 100 messages")
    await expect(chat.composer).to_have_value("One too many")
    await paid(shop, eve, "pro")
    await chat.page.evaluate(RETURN)
    await expect(spent).to_be_empty()
    await chat.composer.press("Enter")
    await expect(chat.said.last).to_have_text("One too many")
    await chat.ends("done")


async def test_where_nothing_is_sold_it_is_said_whom_to_ask_and_a_refusal_keeps_the_draft(
    alice, app
):
    chat = await alice.open()
    await chat.ask("Hello")
    await used(app, alice, 2_000)
    await chat.say("One too many")
    spent = chat.page.get_by_test_id("spent")
    await expect(spent).to_contain_text("Whoever runs this server can allow more.")
    await expect(spent.get_by_role("link")).to_have_text(["Usage"])
    await expect(chat.composer).to_have_value("One too many")
    await expect(chat.said).to_have_text(["Hello"])
    await chat.page.get_by_test_id("new-chat").click()
    await expect(chat.messages).to_have_count(0)
    await expect(spent).to_contain_text("All 2,000 messages")


async def test_who_has_used_all_asks_nothing_anew_and_keeps_what_was_edited(alice, app):
    chat = await alice.open()
    await chat.ask("Hello")
    field = await chat.edits(chat.questions.first)
    await field.fill("Hello again")
    await used(app, alice, 2_000)
    await field.press("Control+Enter")
    why = chat.questions.first.get_by_role("alert")
    await expect(why).to_have_text("This was not sent. What you wrote is kept.")
    await expect(field).to_have_value("Hello again")
    await expect(chat.page.get_by_test_id("spent")).to_contain_text("All 2,000 messages")
    await field.press("Escape")
    await expect(chat.said).to_have_text(["Hello"])
    await chat.press("Try again", chat.answer)
    refused = chat.answer.get_by_role("alert")
    await expect(refused).to_have_text("No other answer was begun. The one that is here is kept.")
    assert await serious_faults(chat.page) == []


async def test_a_model_of_a_larger_plan_is_shown_and_cannot_be_picked(person, shop):
    eve = await person(shop.url, "Eve")
    chat = await eve.open()
    picker = chat.page.get_by_test_id("model-picker")
    await picker.click()
    large = chat.page.get_by_role("menuitemradio", name="Claude Opus 5.5")
    await expect(large).to_have_text(re.compile("Pro plan"))
    await expect(large).to_have_attribute("aria-disabled", "true")
    await large.click(force=True)
    await expect(picker).to_contain_text("Claude Sonnet 5.5")
    await paid(shop, eve, "pro")
    await chat.page.reload()
    await chat.listens()
    await picker.click()
    await large.click()
    await expect(picker).to_contain_text("Claude Opus 5.5")


async def test_the_price_of_an_answer_is_one_press_away_also_later(alice):
    chat = await alice.open()
    await chat.ask("[[tool=calculator expression=1+1]]")
    for _ in range(2):
        price = chat.answer.get_by_role("button", name="Price")
        await price.focus()
        await chat.page.keyboard.press("Enter")
        cost = chat.answer.get_by_test_id("cost")
        await expect(cost).to_contain_text(re.compile(r"^\$0\.\d{4} for 2 requests"))
        await expect(cost.get_by_role("heading")).to_have_text(
            ["Claude Sonnet 5.5 · Anthropic"] * 2
        )
        await expect(price).to_have_attribute("aria-expanded", "true")
        assert await serious_faults(chat.page) == []
        await chat.page.keyboard.press("Enter")
        await expect(cost).to_have_count(0)
        await chat.page.reload()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_is_left_and_the_price_fit_a_phone(person, shop, scheme):
    size = {"width": 360, "height": 740}
    eve = await person(shop.url, "Eve", viewport=size, color_scheme=scheme)
    chat = await eve.open()
    await chat.ask("Hello")
    await used(shop, eve, 90)
    await chat.page.reload()
    await expect(chat.page.get_by_test_id("short")).to_be_visible()
    await fits(chat.page)
    await used(shop, eve, 100)
    await chat.page.reload()
    await expect(chat.page.get_by_test_id("spent")).to_contain_text("All 100")
    await chat.answer.get_by_role("button", name="Price").click()
    await expect(chat.answer.get_by_test_id("cost")).to_contain_text("for one request")
    await fits(chat.page)
    assert await serious_faults(chat.page) == []
