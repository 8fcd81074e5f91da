"""What a person sees and can do on each page, in words."""

import asyncio
import re
from typing import Any

from playwright.async_api import Locator, Page, expect

CHAT = re.compile(r"/chat/[0-9a-f-]{36}$")
ENDED = re.compile("done|stopped|failed|interrupted|waiting")
PATIENCE_SECONDS = 40


async def until(page: Page, condition: str, given: Any) -> None:
    """Wait until a script says yes. Playwright's own wait needs eval, which no page of ours has."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await page.evaluate(condition, given):
            await page.wait_for_timeout(20)


class SignIn:
    """The page where somebody says who they are."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.get_by_test_id("sign-in-local")

    async def as_(self, name: str) -> "Chat":
        """Type the name and go on."""
        await self.form.get_by_label("Your name").fill(name)
        await self.form.get_by_role("button", name="Continue").click()
        return Chat(self.page)


class Chat:
    """A conversation, the composer below it and the list beside it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.composer = page.get_by_test_id("composer")
        self.send = page.get_by_test_id("send")
        self.stop = page.get_by_test_id("stop")
        self.rows = page.get_by_test_id("conversation")
        self.messages = page.get_by_test_id("message")
        self.said = page.locator("[data-testid=message][data-role=user] .bubble")
        self.questions = page.locator("[data-testid=message][data-role=user]")
        self.answers = page.locator("[data-testid=message][data-role=assistant]")
        self.tools = page.locator("[data-testid=message][data-role=tool]")
        self.answer = self.answers.last
        self.words = self.answer.locator(".words")
        self.log = page.get_by_role("log")
        self.toast = page.locator(".toast")
        self.connection = page.locator(".connection")
        self.attach = page.get_by_test_id("attach")
        self.chips = page.get_by_test_id("file-chip")
        self.sent_files = self.log.get_by_test_id("file-link")

    @property
    def id(self) -> str:
        """The conversation's id, from the address."""
        return self.page.url.rsplit("/", 1)[1]

    async def listens(self) -> "Chat":
        """Wait until the page hears what is pressed: it is shown before."""
        await expect(self.page.get_by_test_id("search").locator("kbd")).not_to_be_empty()
        return self

    async def say(self, text: str) -> None:
        """Type and press Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def ask(self, text: str) -> None:
        """Say something and wait for the whole answer."""
        before = await self.answers.count()
        await self.say(text)
        await expect(self.answers).to_have_count(before + 1)
        await self.ends("done")
        await self.arrives()

    async def streams(self, word: str) -> None:
        """Wait until the answer has come to this word, and goes on."""
        await expect(self.words.last).to_contain_text(word)
        await expect(self.answer).to_have_attribute("data-status", "running")

    async def ends(self, status: str, within: float = 60) -> None:
        """Wait until the last answer has ended so."""
        await expect(self.answer).to_have_attribute("data-status", ENDED, timeout=within * 1000)
        await expect(self.answer).to_have_attribute("data-status", status)

    async def reads(self, text: str) -> None:
        """The last answer is this one paragraph, to the byte."""
        await expect(self.words).to_have_js_property("textContent", text)

    async def is_coloured(self) -> None:
        """Wait until each block of code in the last answer has its colours."""
        await expect(self.words.locator("pre:not(:has(span))")).to_have_count(0)

    async def arrives(self) -> None:
        """Wait until the address names a conversation."""
        await expect(self.page).to_have_url(CHAT)

    async def account(self) -> Locator:
        """Open the menu at the user's name."""
        await self.page.get_by_test_id("account").click()
        return self.page.get_by_role("menu", name="Your account")

    async def sign_out(self) -> None:
        """Sign out, by the menu at the user's name."""
        await (await self.account()).get_by_role("menuitem", name="Sign out").click()

    async def press(self, name: str, message: Locator) -> None:
        """Press a button below a message, as a mouse finds it."""
        await message.hover()
        await message.get_by_role("button", name=name, exact=True).click()

    def version(self, message: Locator) -> Locator:
        """What says which version of a message is shown: "2/3"."""
        return message.get_by_test_id("version")

    async def edits(self, message: Locator) -> Locator:
        """Open a message of the user's to be edited: its field."""
        await self.press("Edit", message)
        field = message.get_by_role("textbox", name="Your message")
        await expect(field).to_be_focused()
        return field

    def row(self, title: str) -> Locator:
        """The conversation of this title in the sidebar."""
        return self.rows.filter(has_text=title)

    async def menu_of(self, title: str) -> Locator:
        """Open the menu of a conversation in the sidebar."""
        await self.row(title).hover()
        await self.page.get_by_role("button", name=f"More for {title}").click()
        return self.page.get_by_role("menu")

    async def choose(self, title: str, word: str) -> None:
        """Choose a line from the menu of a conversation."""
        menu = await self.menu_of(title)
        await menu.get_by_role("menuitem", name=word).click()


class Card:
    """A call that waits for the user: the only one on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frame = page.get_by_test_id("approval")
        self.targets = self.frame.get_by_test_id("targets")
        self.allow = self.frame.get_by_test_id("approve")
        self.deny = self.frame.get_by_test_id("deny")
        self.edit = self.frame.get_by_test_id("edit")
        self.reason = self.frame.get_by_test_id("reason")
        self.scope = self.frame.get_by_test_id("scope")
        self.problem = page.locator(".waiting-call [role=alert]").last

    def field(self, name: str) -> Locator:
        """The field of an argument, while it is edited."""
        return self.frame.locator(f"[data-field={name}]")

    async def is_gone(self) -> None:
        """Wait until it has become a line."""
        await expect(self.frame).to_have_count(0)


class Connections:
    """The accounts that a user has connected, in the settings."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.rows = page.get_by_test_id("connection")

    async def form(self, kind: str, name: str) -> Locator:
        """The form for an account of this kind, open."""
        form = self.page.get_by_test_id(f"connect-{kind}")
        if not await form.is_visible():
            await self.page.get_by_role("button", name=f"Connect: {name}").click()
        return form

    async def connect_calendar(self, server: str, user: str, password: str) -> None:
        """Type where a calendar is, and connect it."""
        form = await self.form("caldav", "Calendar")
        await form.get_by_label("Service").select_option("Another")
        await form.get_by_label("Server").fill(server)
        await form.get_by_label("User name").fill(user)
        await form.get_by_label("Password").fill(password)
        await form.get_by_role("button", name="Connect").click()

    async def connect_mailbox(self, address: str, password: str, imap: int, smtp: int) -> None:
        """Type where a mailbox on this machine is, and connect it."""
        form = await self.form("mail", "Mail")
        await form.get_by_label("Service").select_option("Another")
        await form.get_by_label("Email address").fill(address)
        await form.get_by_label("Password").fill(password)
        await form.get_by_label("Incoming mail (IMAP)").fill("localhost")
        await form.get_by_label("IMAP port").fill(str(imap))
        await form.get_by_label("Outgoing mail (SMTP)").fill("localhost")
        await form.get_by_label("SMTP port").fill(str(smtp))
        await form.get_by_role("button", name="Connect").click()


class Search:
    """The dialog that finds words in titles and messages."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dialog = page.get_by_test_id("search-dialog")
        self.field = self.dialog.get_by_role("combobox")
        self.lines = self.dialog.get_by_role("option")
        self.chosen = self.dialog.locator("[role=option][aria-selected=true]")

    async def open(self) -> "Search":
        """By the keyboard, once the page listens to it."""
        await Chat(self.page).listens()
        await self.page.keyboard.press("Control+K")
        await expect(self.field).to_be_focused()
        return self

    def group(self, name: str) -> Locator:
        """The lines below one heading."""
        return self.dialog.get_by_role("group", name=name).get_by_role("option")


class Settings:
    """The page of what a user chooses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.name = page.get_by_label("Name", exact=True)
        self.language = page.get_by_label("Language", exact=True)
        self.model = page.get_by_label("Model", exact=True)
        self.instructions = page.get_by_label("Instructions", exact=True)

    def outcome(self, of: str) -> Locator:
        """What is said beside a setting about its last change."""
        return self.page.get_by_test_id(f"outcome-{of}")

    async def opens(self) -> None:
        """Wait until it shows what was chosen."""
        await expect(self.name).to_be_enabled()
        await expect(self.name).not_to_have_value("")
