"""The database is killed under an open page, or the session ended in it: nothing is lost."""

import base64
import json
import re
import signal

import asyncpg
import pytest
from playwright.async_api import expect

from assistant.local.postgres import running
from tests.e2e.answers import answer_to, words_to
from tests.e2e.app import App, keys_for
from tests.e2e.pages import SignIn
from tests.e2e.people import text_of

PROMPT = "Go on. [[tokens=120 gap=50]]"
BROKEN = [r"net::ERR_", "WebSocket", "Failed to (fetch|load)", "status of 503"]
ENDED = ["status of 401"]


@pytest.fixture(scope="module")
async def fragile(vendors, new_data):
    """An app with a database of its own, which stories may kill."""
    async with App(new_data(), keys_for(vendors)) as app:
        yield app


@pytest.fixture
async def ann(person, fragile):
    """A user of that app."""
    await fragile.until_ready()
    ann = await person(fragile.url, "Ann")
    ann.forgiven = BROKEN
    return ann


def _kill_the_database(app: App) -> int:
    """kill -9 to the process that all of PostgreSQL's others hang on. Returns its id."""
    postmaster, *_ = app.database()
    postmaster.kill()
    return postmaster.pid


async def test_a_killed_database_comes_back_under_an_answer_that_loses_no_word(ann, fragile):
    chat = await ann.open()
    await chat.ask("Remember this.")
    await chat.say(PROMPT)
    await chat.streams("w0030")
    killed = _kill_the_database(fragile)
    await chat.ends("done", within=60)
    await chat.reads(words_to(PROMPT))
    await fragile.until_ready()
    assert fragile.database()[0].pid != killed
    await chat.page.reload()
    await chat.ends("done")
    await chat.reads(words_to(PROMPT))
    said = [text_of(message) for message in await ann.stored(chat)]
    assert said == [
        "Remember this.", answer_to("Remember this."), PROMPT, answer_to(PROMPT)
    ]  # fmt: skip
    await chat.ask("And a new question.")


async def test_what_is_said_while_the_database_is_dead_is_kept_and_can_be_sent(ann, fragile):
    chat = await ann.open()
    await chat.ask("Hello.")
    fragile.process.send_signal(signal.SIGSTOP)  # it would start the database anew
    try:
        _kill_the_database(fragile)
        await chat.say("Are you there?")
        away = chat.page.get_by_text("The database is not answering.")
        await expect(away.or_(chat.page.get_by_text("Not sent yet.")).first).to_be_visible()
    finally:
        fragile.process.send_signal(signal.SIGCONT)
    await fragile.until_ready()
    await chat.page.reload()
    await expect(chat.composer).to_have_value("Are you there?")
    await chat.composer.press("Enter")
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    stored = await ann.stored(chat)
    assert [text_of(m) for m in stored if m["role"] == "user"] == ["Hello.", "Are you there?"]


async def _end_session(app: App, cookie: str) -> None:
    """As an administrator does who revokes a session of somebody."""
    claims = cookie.split(".")[1]
    session = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]
    with running(app.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        done = await admin.execute(
            "update login_sessions set revoked_at = now() where id = $1", session
        )
        await admin.close()
    assert done == "UPDATE 1"


async def test_a_session_that_ends_under_an_open_page_leads_to_sign_in_and_keeps_the_draft(
    alice, app
):
    alice.forgiven = ENDED
    chat = await alice.open()
    await chat.ask("Hello.")
    address = chat.page.url
    await chat.composer.fill("a question that took long to type")
    await _end_session(app, await alice.cookie())
    await expect(chat.page).to_have_url(re.compile(r"/sign-in\?next="))
    chat = await SignIn(chat.page).as_(alice.name)
    await expect(chat.page).to_have_url(address)
    await expect(chat.composer).to_have_value("a question that took long to type")
    await chat.composer.press("Enter")
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
