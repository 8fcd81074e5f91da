"""The page of billing, an app that sells, and the way over Stripe's page of payment and back."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.app import App, keys_for
from tests.e2e.people import Person
from tests.stripe_local import LocalStripe


@dataclass
class Shop:
    """An app that sells, and the Stripe by which it does."""

    app: App
    stripe: LocalStripe


@pytest.fixture(scope="module")
async def shop(vendors, new_data) -> AsyncIterator[Shop]:
    """One for each file of stories, and in it customers of its own for each story."""
    with LocalStripe() as stripe:
        async with App(new_data(), {**keys_for(vendors), **stripe.settings()}) as app:
            stripe.webhook = f"{app.url}/api/stripe/webhook"
            yield Shop(app, stripe)


@dataclass
class Billing:
    """The page of billing."""

    page: Page

    @property
    def news(self) -> Locator:
        """What has just happened."""
        return self.page.get_by_test_id("billing-news")

    @property
    def standing(self) -> Locator:
        """How the plan goes on."""
        return self.page.get_by_test_id("standing")

    @property
    def change(self) -> Locator:
        """A change that is spelled out."""
        return self.page.get_by_test_id("change")

    @property
    def invoices(self) -> Locator:
        """The rows of the invoices."""
        return self.page.get_by_test_id("invoice")

    def card(self, plan: str) -> Locator:
        """The card of a plan."""
        heading = self.page.get_by_role("heading", name=plan, exact=True, level=3)
        return self.page.get_by_test_id("plan").filter(has=heading)

    async def press(self, words: str) -> None:
        """Press a button."""
        await self.page.get_by_role("button", name=words, exact=True).click()

    async def agree(self) -> None:
        """Do what was spelled out."""
        await self.change.get_by_test_id("agree").click()
        await expect(self.change).to_be_hidden()


async def opened(person: Person, path: str = "/billing") -> Billing:
    """The page, once it knows how things stand."""
    billing = Billing((await person.open(path)).page)
    await expect(billing.card("Free")).to_be_visible()
    return billing


async def pay(billing: Billing, shop: Shop, button: str = "#pay") -> None:
    """Press a button of Stripe's page, once it is there."""
    await expect(billing.page).to_have_url(re.compile(re.escape(shop.stripe.url)))
    await billing.page.locator(button).click()


async def bought(billing: Billing, shop: Shop, button: str, plan: str) -> None:
    """Buy a plan, at Stripe's page."""
    await billing.press(button)
    if plan == "Team":
        await billing.change.get_by_test_id("agree").click()
    await pay(billing, shop)
    await expect(billing.news).to_have_text(f"Thank you. {plan} is in force.")
