"""The first minute: sign in by a name, ask, and read the answer again after a reload."""

from playwright.async_api import expect

from tests.e2e.answers import answer_to, words_to
from tests.e2e.pages import SignIn
from tests.e2e.people import text_of

LONG = "Tell me about Porto please. [[tokens=300 gap=20]]"


async def test_a_visitor_signs_in_by_a_name_and_is_greeted(person, app):
    alice = await person(app.url, signed_in=False)
    tab = await alice.open()
    await expect(tab.page).to_have_url(f"{app.url}/sign-in")
    chat = await SignIn(tab.page).as_(alice.name)
    await expect(chat.page.get_by_role("heading", name="What can I do for you?")).to_be_visible()
    await expect(chat.page.locator(".starter")).to_have_count(4)
    await expect(chat.page.get_by_text(alice.name)).to_be_visible()
    await expect(chat.composer).to_be_focused()


async def test_a_question_is_answered_while_the_user_looks_on(alice):
    chat = await alice.open()
    await chat.composer.press_sequentially(LONG)
    await chat.composer.press("Enter")
    await expect(chat.said).to_have_text(LONG)
    await expect(chat.answer).to_have_attribute("data-status", "running")
    await expect(chat.stop).to_be_visible()
    await chat.streams("w0005")
    await chat.arrives()
    await chat.ends("done")
    await chat.reads(words_to(LONG))
    await expect(chat.row("Tell me about Porto")).to_have_attribute("aria-current", "page")
    await expect(chat.composer).to_be_focused()


async def test_a_reload_shows_the_same_text_to_the_byte(alice):
    prompt = "Dress it up. [[tokens=120 markdown=1]]"
    chat = await alice.open()
    await chat.ask(prompt)
    await chat.is_coloured()
    drawn = await chat.words.inner_html()
    await chat.page.reload()
    await chat.ends("done")
    await chat.is_coloured()
    assert await chat.words.inner_html() == drawn
    question, answer = await alice.stored(chat)
    assert text_of(question) == prompt
    assert text_of(answer) == answer_to(prompt)


async def test_a_starter_waits_in_the_composer_to_be_sent(alice):
    chat = await alice.open()
    await chat.page.locator(".starter").first.click()
    await expect(chat.composer).to_have_value("Plan a quiet weekend in Porto for two, by train.")
    await expect(chat.messages).to_have_count(0)
    await chat.composer.press("Enter")
    await chat.ends("done")
