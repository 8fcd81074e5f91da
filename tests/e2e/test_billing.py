"""A plan is chosen, paid at a Stripe on loopback, changed and canceled; what is due is said."""

import re
from datetime import timedelta

import asyncpg
import pytest
from playwright.async_api import expect

from assistant.local.postgres import running
from tests.e2e.axe import serious_faults
from tests.e2e.people import Person
from tests.e2e.shop import Billing, Shop, bought, opened, pay
from tests.e2e.touch import fits
from tests.services.paying import ASKS

DAY = r"\d{1,2} [A-Z][a-z]+ 20\d\d"
TRY = "Try Pro for 14 days"
SPENT = "update allowances set messages = $1 where kind = 'month' and user_id = $2"


async def has_sent(shop: Shop, person: Person, messages: int) -> None:
    """Whoever has begun to talk has sent so many messages this month."""
    with running(shop.app.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        await admin.execute(SPENT, messages, await person.id())
        await admin.close()


async def test_a_plan_is_tried_and_a_larger_one_ends_the_trial_and_is_paid(person, shop):
    alice = await person(shop.app.url)
    billing = await opened(alice)
    await expect(billing.card("Free")).to_contain_text("Your plan")
    await expect(billing.card("Enterprise")).to_contain_text("By arrangement")
    await bought(billing, shop, TRY, "Pro")
    await expect(billing.page).to_have_url(f"{alice.url}/billing")
    await expect(billing.standing).to_contain_text("Free of charge until")
    await expect(billing.page.get_by_test_id("usage-remaining")).to_contain_text("of 2,000")

    await billing.press("Upgrade to Team")
    await expect(billing.change).to_contain_text("From Pro to Team")
    await billing.change.get_by_label("Seats").fill("3")
    await expect(billing.change.get_by_test_id("due-then")).to_contain_text("$105.00 a month")
    await expect(billing.change.get_by_test_id("due-now")).to_have_text("$105.00")
    await expect(billing.change).to_contain_text("begins now, and your trial of Pro ends.")
    await expect(billing.change.get_by_test_id("agree")).to_contain_text("Pay $105.00 and upgrade")
    await billing.agree()
    await expect(billing.news).to_have_text("Thank you. Team is in force.")
    await expect(billing.invoices.first).to_contain_text("$105.00")
    await expect(billing.card("Team")).to_contain_text("Your plan")
    await expect(billing.page.get_by_text("3 seats, $105 a month")).to_be_visible()


async def test_a_plan_and_more_seats_are_paid_and_each_invoice_has_its_pdf(person, shop):
    alice = await person(shop.app.url)
    billing = await opened(alice)
    await bought(billing, shop, "Get Team", "Team")
    await expect(billing.invoices).to_have_count(1)
    await billing.press("Change seats")
    due = await billing.change.get_by_test_id("due-now").inner_text()
    assert re.fullmatch(r"\$3\d\.\d\d", due)  # of a period that has just begun
    await expect(billing.change.get_by_test_id("agree")).to_have_text(
        re.compile(r"^Pay \$3\d\.\d\d and change")
    )
    await billing.agree()
    await expect(billing.news).to_have_text("Your plan has 2 seats now.")
    await expect(billing.invoices).to_have_count(2)
    await expect(billing.invoices.first).to_contain_text("Paid")
    for link in await billing.invoices.get_by_role("link", name="PDF").all():
        answer = await alice.context.request.get(await link.get_attribute("href"))
        assert (await answer.body()).startswith(b"%PDF")


async def test_a_payment_that_the_bank_asks_about_is_confirmed_at_stripe(person, shop):
    billing = await opened(await person(shop.app.url))
    await billing.press("Get Team")
    await billing.change.get_by_test_id("agree").click()
    await billing.page.locator("#card").fill(ASKS)
    await pay(billing, shop)
    await expect(billing.news).to_have_text("Thank you. Team is in force.")
    await billing.press("Change seats")
    await billing.agree()
    await expect(billing.news).to_contain_text("Your bank asks you to confirm this payment.")
    await expect(billing.page.get_by_text("1 seat, $35 a month")).to_be_visible()
    assert await serious_faults(billing.page) == []
    async with billing.page.expect_popup() as opening:
        await billing.page.get_by_role("link", name="Confirm the payment").click()
    tab = await opening.value
    await tab.locator("#card").fill(ASKS)
    await tab.locator("#pay").click()
    await expect(tab.get_by_text("this invoice is paid")).to_be_visible()
    await tab.close()
    await expect(billing.news).to_have_text("Your plan has 2 seats now.")
    await expect(billing.page.get_by_text("2 seats, $70 a month")).to_be_visible()


async def test_what_is_canceled_elsewhere_shows_on_the_open_page(person, shop):
    billing = await opened(await person(shop.app.url))
    await bought(billing, shop, TRY, "Pro")
    await expect(billing.standing).to_contain_text("Free of charge until")
    name = shop.stripe.all("subscription")[-1]["id"]
    shop.stripe.client.v1.subscriptions.update(name, {"cancel_at_period_end": True})
    await expect(billing.standing).to_contain_text("Canceled.")


async def test_a_plan_is_made_smaller_canceled_and_kept(person, shop):
    billing = await opened(await person(shop.app.url))
    await bought(billing, shop, "Get Team", "Team")
    await billing.press("Change to Pro")
    await expect(billing.change.get_by_test_id("due-now")).to_have_text("Nothing")
    await expect(billing.change.get_by_test_id("due-then")).to_have_text("$29.00 a month")
    await expect(billing.change).to_contain_text(re.compile(f"You keep Team until {DAY}"))
    await billing.agree()
    smaller = re.compile(rf"^On {DAY} it changes to Pro, as you chose\.$")
    await expect(billing.standing).to_have_text(smaller)
    await billing.press("Keep the plan")
    await expect(billing.standing).to_contain_text("It goes on from month to month")

    await billing.press("Change seats")
    await expect(billing.change).to_contain_text("Team with 2 seats")
    await billing.change.get_by_label("Seats").fill("1")
    await expect(billing.change.get_by_role("alert")).to_contain_text("the plan that you have")
    await expect(billing.change.get_by_test_id("agree")).to_be_disabled()
    await billing.change.get_by_role("button", name="Not now").click()
    await expect(billing.change).to_be_hidden()

    await billing.press("Cancel the plan")
    await expect(billing.change.get_by_role("button", name="Keep it")).to_be_focused()
    await billing.page.keyboard.press("Escape")
    await expect(billing.change).to_be_hidden()
    await expect(billing.page.get_by_role("button", name="Cancel the plan")).to_be_focused()
    await billing.page.keyboard.press("Enter")
    await billing.agree()
    over = re.compile(rf"^Canceled\. Team stays as it is until {DAY};")
    await expect(billing.standing).to_have_text(over)
    await billing.press("Keep the plan")
    await expect(billing.news).to_have_text("Team goes on as before.")


async def test_a_spent_month_leads_to_pay_and_back_to_the_same_draft_until_the_plan_is_left(
    person, shop
):
    alice = await person(shop.app.url)
    chat = await alice.open()
    await chat.ask("Hello")
    await has_sent(shop, alice, 100)
    await chat.page.reload()
    await chat.say("One too many")
    spent = chat.page.get_by_test_id("spent")
    await expect(spent).to_contain_text("All 100 messages of this month in the Free plan")
    await spent.get_by_role("link", name="Upgrade to Pro").click()
    billing = Billing(chat.page)
    await billing.press("Get Team")
    await billing.change.get_by_test_id("agree").click()
    await pay(billing, shop, "#decline")
    await expect(billing.page.get_by_role("alert")).to_be_visible()
    await pay(billing, shop)
    await expect(billing.news).to_have_text("Thank you. Team is in force.")
    await billing.page.get_by_role("link", name="Back to your conversation").click()
    await expect(chat.composer).to_have_value("One too many")
    await chat.composer.press("Enter")
    await chat.ends("done")
    await expect(chat.said.last).to_have_text("One too many")
    await chat.page.goto(f"{alice.url}/usage")
    await expect(chat.page.get_by_text("1 of 5,000 messages", exact=True)).to_be_visible()
    await chat.page.get_by_role("link", name="Your plan and billing").click()
    await billing.press("Change to Pro")
    await billing.agree()
    await expect(billing.standing).to_contain_text("it changes to Pro, as you chose.")
    await billing.press("Cancel the plan")
    await billing.agree()
    await expect(billing.standing).to_contain_text("Canceled. Team stays as it is until")


async def test_who_comes_back_without_paying_has_what_they_had(person, shop):
    alice = await person(shop.app.url)
    billing = await opened(alice)
    await billing.press("Get Team")
    await expect(billing.change.get_by_test_id("due-now")).to_have_text("$35.00")
    await billing.change.get_by_test_id("agree").click()
    await pay(billing, shop, "#back")
    await expect(billing.card("Free")).to_contain_text("Your plan")
    await expect(billing.page).to_have_url(re.compile(re.escape(alice.url)))


async def test_a_payment_is_confirmed_later_and_the_page_says_so_by_itself(person, shop):
    alice = await person(shop.app.url)
    billing = await opened(alice)
    await billing.press(TRY)
    await expect(billing.page).to_have_url(re.compile(re.escape(shop.stripe.url)))
    await shop.stripe.deliver(hold=True)
    shop.stripe.fail(*[503] * 1_000)
    await billing.page.locator("#pay").click()
    await expect(billing.news).to_contain_text("Your payment is being confirmed.")
    await expect(billing.card("Free")).to_contain_text("Your plan")
    shop.stripe.api.faults.clear()
    await expect(billing.news).to_have_text("Thank you. Pro is in force.")
    await shop.stripe.deliver()


async def test_an_error_of_stripe_is_said_and_tried_again(person, shop):
    alice = await person(shop.app.url)
    billing = await opened(alice)
    shop.stripe.fail(*[503] * 1_000)
    await billing.press(TRY)
    told = billing.page.get_by_role("alert").filter(has_text="is not answering")
    await expect(told).to_be_visible()
    shop.stripe.api.faults.clear()
    await told.get_by_role("button", name="Try again").click()
    await expect(told).to_be_hidden()
    await billing.press(TRY)
    await expect(billing.page).to_have_url(re.compile(re.escape(shop.stripe.url)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone_and_screen_readers(person, shop, scheme):
    size = {"width": 360, "height": 740}
    eve = await person(shop.app.url, "Eve", viewport=size, color_scheme=scheme)
    billing = await opened(eve)
    await fits(billing.page)
    assert await serious_faults(billing.page) == []
    await billing.press("Get Team")
    await expect(billing.change).to_be_visible()
    await fits(billing.page)
    assert await serious_faults(billing.page) == []


async def test_where_nothing_is_sold_it_says_so(alice):
    page = (await alice.open("/billing")).page
    await expect(page.get_by_test_id("standing")).to_contain_text("Billing is off")
    await expect(page.get_by_test_id("plan")).to_have_count(1)
    await expect(page.get_by_test_id("plan")).to_contain_text("2,000 messages a month")
    await expect(page.get_by_role("heading", name="Invoices")).to_have_count(0)
    assert await serious_faults(page) == []


async def declined(person, shop: Shop) -> Person:
    """Somebody whose card does not pay when the trial is over."""
    one = await person(shop.app.url)
    before = {each["id"] for each in shop.stripe.all("customer")}
    await bought(await opened(one), shop, TRY, "Pro")
    (theirs,) = [each for each in shop.stripe.all("customer") if each["id"] not in before]
    shop.stripe.decline(theirs["id"])
    shop.stripe.advance(timedelta(days=15))
    await shop.stripe.settled()
    return one


async def test_a_card_that_is_declined_is_said_on_every_page(person, shop):
    alice = await declined(person, shop)
    chat = await alice.open()
    line = chat.page.get_by_test_id("payment-due")
    said = rf"^Your last payment did not go through\. Pro stays until {DAY}\."
    await expect(line).to_have_text(re.compile(said))
    assert await serious_faults(chat.page) == []
    await line.get_by_role("link", name="See billing").click()
    await expect(chat.page.get_by_test_id("trouble")).to_contain_text("declined")
    await expect(line).to_be_hidden()
    await chat.page.go_back()
    await line.get_by_role("button", name="Close for now").click()
    await expect(line).to_be_hidden()
    await chat.page.reload()
    await expect(chat.page.get_by_test_id("usage-remaining")).to_contain_text("of 2,000")
    await expect(line).to_be_hidden()


async def test_what_is_due_is_paid_and_all_is_well(person, shop):
    billing = await opened(await declined(person, shop))
    trouble = billing.page.get_by_test_id("trouble")
    await expect(billing.standing).to_have_text(re.compile(rf"^Pro stays until {DAY}, so that"))
    assert await serious_faults(billing.page) == []
    async with billing.page.expect_popup() as opening:
        await trouble.get_by_role("link", name="Pay the invoice").click()
    tab = await opening.value
    await tab.locator("#pay").click()
    await expect(tab.get_by_text("this invoice is paid")).to_be_visible()
    await shop.stripe.settled()
    await billing.page.reload()
    await expect(billing.standing).to_contain_text("It goes on from month to month")
    await expect(trouble).to_be_hidden()
