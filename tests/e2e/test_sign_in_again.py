"""A session whose time is up: who it was signs in over the page, and goes on where they were."""

import asyncio
import re

import asyncpg
import pytest
from playwright.async_api import Page, Route, expect

from assistant.local.postgres import running
from tests.e2e.app import App, keys_for
from tests.e2e.axe import serious_faults
from tests.e2e.pages import Chat, SignIn
from tests.e2e.people import Person
from tests.e2e.test_second_factor import Verify, enrolled, next_of, wrong_for
from tests.identity.server import Providers

FORGIVEN = [
    "status of 401",
    "status of 404",
    "status of 403",
    "status of 422",
    "WebSocket",
    "net::ERR_",
]
PHONE = {"width": 390, "height": 844}
DRAFT = "typed before the time was up"
LOADED_ONCE = "window.loadedOnce = true"
HELD = """
    document.activeElement === document.body  // the browser's own bar has it
    || document.querySelector("dialog.again").contains(document.activeElement)
"""


class Again:
    """The dialog over the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frame = page.get_by_test_id("sign-in-again")
        self.form = SignIn(page)

    async def asks(self) -> "Again":
        """Wait until it asks for signing in, and can be used."""
        await expect(self.frame).to_contain_text("Your session has ended")
        await expect(self.frame).to_contain_text("What you wrote is kept.")
        await expect(self.frame.get_by_text("Continue").first).to_be_visible()
        return self

    async def as_(self, person: Person) -> None:
        """Sign in as who it was, and go on where the page is."""
        await self.form.as_(person.name)
        await expect(self.frame).to_have_count(0)


async def time_is_up(app: App, user_id: str) -> None:
    """All of the user's sessions have lasted as long as sessions may."""
    with running(app.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        over = "update login_sessions set expires_at = now() - interval '1 s' where user_id = $1"
        await admin.execute(over, user_id)
        await admin.close()


async def deaf(app: App, user_id: str, *chats: Chat) -> None:
    """These pages do not hear that the time is up, and go on as if it were not.

    All that are open: one that hears asks for signing in, and what is typed there is a name.
    """
    for chat in chats:
        await chat.page.route("**/api/events", lambda route: route.abort())
    await asyncio.sleep(2)  # what they have heard before is read, and no answer to that tells them
    await time_is_up(app, user_id)
    await asyncio.sleep(6)  # the server has closed their sockets by itself


async def hears_again(chat: Chat, person: Person) -> None:
    """The page that was deaf asks for signing in, and is heard from then on."""
    again = await Again(chat.page).asks()
    await chat.page.unroute("**/api/events")
    await again.as_(person)


async def sends_the_draft(chat: Chat) -> None:
    """What was typed before the time was up is still there, and is answered."""
    await expect(chat.composer).to_have_value(DRAFT)
    await chat.composer.press("Enter")
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")


async def in_mid_draft(person: Person, app: App) -> tuple[Chat, Again]:
    """A conversation, something that is being typed, and the dialog over both."""
    person.forgiven = FORGIVEN
    chat = await person.open()
    await chat.ask("Hello.")
    await chat.page.evaluate(LOADED_ONCE)
    await chat.composer.fill(DRAFT)
    await time_is_up(app, await person.id())
    return chat, await Again(chat.page).asks()


async def test_what_is_typed_while_the_dialog_comes_is_no_name(alice, app):
    chat, again = await in_mid_draft(alice, app)
    for key in ("o", "n", "Enter"):
        await chat.page.keyboard.press(key)
    await expect(again.frame.get_by_label("Your name")).to_have_value("")
    await expect(again.frame).not_to_contain_text("A name needs")
    await chat.page.keyboard.press("Tab")
    await expect(again.frame.get_by_label("Your name")).to_be_focused()
    await again.as_(alice)
    await expect(chat.composer).to_have_value(DRAFT)


async def test_who_signs_in_over_the_page_goes_on_with_the_draft(alice, app):
    chat, again = await in_mid_draft(alice, app)
    address = chat.page.url
    await expect(chat.said).to_have_count(1)
    await again.as_(alice)
    await expect(chat.composer).to_be_focused()
    await sends_the_draft(chat)
    await expect(chat.said.last).to_contain_text(DRAFT)
    assert chat.page.url == address
    assert await chat.page.evaluate("window.loadedOnce")
    await chat.page.reload()
    await expect(chat.said).to_have_count(2)


async def test_one_sign_in_is_enough_for_all_tabs(alice, app):
    other = await alice.open("/usage")
    chat, again = await in_mid_draft(alice, app)
    behind = await Again(other.page).asks()
    await again.as_(alice)
    await expect(behind.frame).to_have_count(0)
    await expect(other.page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    await chat.ask("Still here?")


async def test_what_was_sent_when_the_time_was_up_is_sent_once_after_it(alice, app):
    chat = await alice.open()
    alice.forgiven = FORGIVEN
    await chat.ask("Hello.")
    await deaf(app, await alice.id(), chat)
    await chat.say("Are you there?")
    await hears_again(chat, alice)
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    said = [message for message in await alice.stored(chat) if message["role"] == "user"]
    assert len(said) == 2


async def test_each_tab_sends_its_own_words_once_somebody_has_signed_in(alice, app):
    alice.forgiven = FORGIVEN
    tabs = [await alice.open() for _ in range(2)]
    for number, tab in enumerate(tabs):
        await tab.ask(f"Hello {number}.")
    await deaf(app, await alice.id(), *tabs)
    for number, tab in enumerate(tabs):
        await tab.say(f"Are you there, {number}?")
    again = [await Again(tab.page).asks() for tab in tabs]
    for tab in tabs:
        await tab.page.unroute("**/api/events")
    await again[0].form.as_(alice.name)
    for number, tab in enumerate(tabs):
        await expect(tab.answers).to_have_count(2)
        await tab.ends("done")
        await expect(tab.said.last).to_have_text(f"Are you there, {number}?")


async def test_what_was_edited_and_wished_goes_on_in_the_new_session(alice, app):
    alice.forgiven = FORGIVEN
    chat = await alice.open()
    await chat.ask("Hello.")
    field = await chat.edits(chat.questions.first)
    await field.fill("In other words.")
    await deaf(app, await alice.id(), chat)
    await field.press("Control+Enter")
    await hears_again(chat, alice)
    await expect(chat.version(chat.questions.first)).to_have_text("2/2")
    await expect(chat.said).to_have_text(["In other words."])
    await chat.ends("done")
    await chat.press("Try again", chat.answer)
    await expect(chat.version(chat.answer)).to_have_text("2/2")
    await chat.ends("done")


async def test_a_line_that_breaks_while_the_session_ends_only_delays_the_question(alice, app):
    alice.forgiven = FORGIVEN
    chat = await alice.open()
    await chat.ask("Hello.")
    await chat.composer.fill(DRAFT)
    async with chat.page.expect_event(
        "requestfailed", lambda request: request.url.endswith("/api/approvals")
    ):
        await chat.page.route("**/api/approvals", lambda route: route.abort())
        await time_is_up(app, await alice.id())
    await chat.page.wait_for_timeout(6_000)  # all that was open has been refused
    await expect(chat.page.get_by_test_id("sign-in-again")).to_have_count(0)
    await chat.page.unroute("**/api/approvals")
    again = await Again(chat.page).asks()
    await again.as_(alice)
    await expect(chat.composer).to_have_value(DRAFT)


@pytest.mark.parametrize("told", [{}, {"ran_out": "yes"}], ids=["over", "out of time"])
async def test_an_answer_about_the_old_session_that_comes_late_is_no_news(told, alice, app):
    chat, again = await in_mid_draft(alice, app)
    held: asyncio.Queue[Route] = asyncio.Queue()
    await chat.page.route("**/auth/refresh", held.put)
    await chat.page.evaluate("window.dispatchEvent(new CustomEvent('assistant:signed-out'))")
    late = await held.get()
    await again.as_(alice)
    async with chat.page.expect_response("**/api/approvals"):
        await late.fulfill(status=401, json={"error": "", **told})
    await chat.page.unroute("**/auth/refresh")
    await sends_the_draft(chat)
    await expect(again.frame).to_have_count(0)
    assert await chat.page.evaluate("window.loadedOnce")


async def test_nothing_of_the_user_before_stays_for_another_one(alice, app):
    chat, again = await in_mid_draft(alice, app)
    await again.form.as_("Somebody else entirely")
    await expect(chat.page.get_by_text("This conversation does not exist.")).to_be_visible()
    for hers in ("Hello.", DRAFT, alice.name):
        await expect(chat.page.get_by_text(hers)).to_have_count(0)
    assert not await chat.page.evaluate("'loadedOnce' in window")
    await chat.page.goto(app.url)
    await expect(chat.composer).to_have_value("")
    await expect(chat.rows).to_have_count(0)


async def test_a_name_that_is_none_is_said_over_the_page(alice, app):
    _, again = await in_mid_draft(alice, app)
    await again.form.as_(" ")
    await expect(again.frame.get_by_role("alert")).to_contain_text("A name needs between 1 and 60")
    await again.as_(alice)


async def test_the_code_of_a_second_factor_is_asked_for_over_the_page_too(alice, app):
    settings, totp, _ = await enrolled(alice)
    await settings.close()
    chat, again = await in_mid_draft(alice, app)
    await again.form.as_(alice.name)
    code = Verify(chat.page)
    await code.give(wrong_for(totp))
    await expect(again.frame.get_by_role("alert")).to_contain_text("This code is not right")
    await expect(chat.page.get_by_label("Code from your authenticator")).to_be_focused()
    await code.give(next_of(totp))
    await expect(again.frame).to_have_count(0)
    await sends_the_draft(chat)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_dialog_holds_the_focus_and_is_not_dismissed(person, app, scheme):
    alice = await person(app.url, color_scheme=scheme, viewport=PHONE, reduced_motion="reduce")
    chat, again = await in_mid_draft(alice, app)
    await expect(again.frame.get_by_label("Your name")).to_be_focused()
    assert await serious_faults(chat.page) == []
    for _ in range(3):
        await chat.page.keyboard.press("Escape")
    await expect(again.frame).to_be_visible()
    assert await again.frame.evaluate("(dialog) => dialog.matches(':modal')")
    for _ in range(6):
        await chat.page.keyboard.press("Tab")
        assert await chat.page.evaluate(HELD)
    width = await chat.page.evaluate("document.documentElement.scrollWidth")
    box = await again.frame.bounding_box()
    assert width <= PHONE["width"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    inner = "(dialog) => dialog.scrollWidth <= dialog.clientWidth"
    assert await again.frame.evaluate(inner)
    await again.frame.get_by_role("button", name="To the sign-in page").click()
    await expect(chat.page).to_have_url(re.compile(r"/sign-in\?next="))
    await SignIn(chat.page).as_(alice.name)
    await expect(chat.composer).to_have_value(DRAFT)


@pytest.mark.parametrize("blocked", [False, True], ids=["in a window", "where none may open"])
async def test_a_provider_is_asked_beside_the_page(person, new_data, vendors, blocked):
    mails = [{"email": "o@example.com", "primary": True, "verified": True}]
    user = {"id": 1, "login": "octo", "name": "Octo", "email": "o@example.com"}
    async with (
        Providers(claims={"sub": "octo"}, user=user, emails=mails) as providers,
        App(new_data(), {**keys_for(vendors), **providers.settings()}) as app,
    ):
        octo = await person(app.url, signed_in=False)
        if blocked:
            await octo.context.add_init_script("window.open = () => null")
        first = await octo.open()
        await first.page.get_by_test_id("sign-in-google").click()
        await expect(first.composer).to_be_editable()
        await first.page.close()
        chat, again = await in_mid_draft(octo, app)
        await chat.page.get_by_test_id("sign-in-google").click()
        await expect(again.frame).to_have_count(0)
        await sends_the_draft(chat)
        assert await chat.page.evaluate("Boolean(window.loadedOnce)") is not blocked
        await octo.context.close()
