"""Short questions go to the small model for who has chosen it, and the answer says so."""

from playwright.async_api import expect

from tests.e2e.pages import Settings


async def test_who_chooses_it_gets_short_questions_answered_by_the_small_model(alice):
    page = (await alice.open("/settings")).page
    settings = Settings(page)
    await settings.opens()
    await page.get_by_label("Short questions").select_option("small")
    await expect(settings.outcome("short")).to_have_text("Saved.")
    chat = await alice.open()
    await chat.ask("Hi?")
    by = chat.answer.locator(".by")
    await expect(by).to_have_text("Claude Haiku 5.5, chosen for short questions")
    await chat.ask("Now tell me everything about it, at length. " * 8)
    await expect(by).to_have_text("Claude Sonnet 5.5")
    await chat.page.reload()
    await expect(chat.answers.first.locator(".by")).to_contain_text("chosen for short questions")
    await chat.page.get_by_test_id("model-picker").click()
    await chat.page.get_by_role("menuitemradio", name="Claude Opus 5.5").click()
    await expect(chat.page.get_by_test_id("model-picker")).to_contain_text("Claude Opus 5.5")
    await chat.ask("And?")
    await expect(by).to_have_text("Claude Opus 5.5")
