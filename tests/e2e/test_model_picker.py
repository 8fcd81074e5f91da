"""Who picks a model is answered by it, however soon they write."""

from playwright.async_api import expect

from tests.e2e.pages import Chat

# What a slow line brings to the server in one moment.
PICK_AND_SEND = """(name) => {
    const items = [...document.querySelectorAll("[role=menuitemradio]")];
    items.find((item) => item.textContent === name).click();
    const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
    document.querySelector("[data-testid=composer]").dispatchEvent(enter);
}"""


async def _pick_and_send(chat: Chat, model: str, words: str) -> None:
    await chat.composer.fill(words)
    await chat.page.get_by_test_id("model-picker").click()
    await expect(chat.page.get_by_role("menuitemradio", name=model)).to_be_visible()
    await chat.page.evaluate(PICK_AND_SEND, model)


async def test_a_message_that_follows_the_pick_at_once_is_answered_by_the_picked_model(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    for count, model in enumerate(("Claude Opus 5.5", "Claude Haiku 5.5", "Claude Opus 5.5"), 2):
        await _pick_and_send(chat, model, "And now?")
        await expect(chat.answers).to_have_count(count)
        await chat.ends("done")
        await expect(chat.answer.locator(".by")).to_have_text(model)
        await expect(chat.page.get_by_test_id("model-picker")).to_contain_text(model)
