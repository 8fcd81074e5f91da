"""A vendor fails, and the answer goes on, or says in plain words why it does not."""

from playwright.async_api import expect

from tests.e2e.answers import words_to
from tests.vendors import Script

DOWN = Script(status=529)


async def test_another_model_answers_when_the_first_cannot_begin(alice):
    prompt = "Answer anyway. [[anthropic:http=529]] [[tokens=30]]"
    chat = await alice.open()
    await chat.ask(prompt)
    await chat.reads(words_to(prompt))
    await expect(chat.page.locator(".continued")).to_have_count(0)


async def test_when_all_are_down_the_message_says_so_and_retry_works_later(alice, vendors):
    for vendor in ("anthropic", "openai", "google"):
        vendors.then(vendor, DOWN)
    chat = await alice.open()
    await chat.say("Is anybody there?")
    await chat.ends("failed")
    await expect(chat.answer).to_contain_text("None of the models can be reached right now.")
    await expect(chat.said).to_have_text("Is anybody there?")
    await chat.page.reload()
    await chat.page.get_by_role("button", name="Retry").click()
    await chat.ends("done")
    await expect(chat.answer).to_contain_text("a short answer")
    await expect(chat.answers).to_have_count(1)
    await expect(chat.said).to_have_text("Is anybody there?")


async def test_what_failed_is_tried_again_in_its_place(alice, vendors):
    for vendor in ("anthropic", "openai", "google"):
        vendors.then(vendor, DOWN)
    chat = await alice.open()
    await chat.say("Is anybody there now?")
    await chat.ends("failed")
    await chat.page.get_by_role("button", name="Retry").click()
    await chat.ends("done")
    await expect(chat.answers).to_have_count(1)
    await expect(chat.said).to_have_text("Is anybody there now?")


async def test_an_answer_that_breaks_off_is_continued_by_another_model(alice):
    chat = await alice.open()
    await chat.ask("Break off. [[anthropic:cut=30]] [[tokens=60 gap=10]]")
    await expect(chat.page.locator(".continued")).to_contain_text("continued by GPT")
    begun, rest = await chat.words.all_text_contents()
    assert begun.startswith("w0000 w0001 ")
    assert words_to("[[tokens=30]]").startswith(begun)
    assert rest == "Hello. This is a short answer from the loopback vendor."
    await chat.page.reload()
    await chat.ends("done")
    assert await chat.words.all_text_contents() == [begun, rest]
