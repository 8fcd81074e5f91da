"""What breaks under an answer: its worker, the launcher, the database. The text is kept."""

import asyncio
import signal

import psutil
import pytest
from playwright.async_api import expect

from assistant.local.cluster import Cluster
from tests.e2e.answers import words_to
from tests.e2e.app import App, keys_for
from tests.e2e.people import text_of

GAP = 0.05  # seconds between two words
LOST_AT_MOST = round((2 + 1) / GAP)  # words in 2 s, and one second for a busy machine
PROMPT = "Go on for long. [[tokens=600 gap=50]]"
BROKEN = [r"net::ERR_", "WebSocket", "Failed to (fetch|load)"]
REAPED = 60  # seconds: the lease runs out after 10, the rest is for a busy machine


@pytest.fixture(scope="module")
async def fragile(vendors, new_data):
    """An app that stories may break; each finds it running again."""
    async with App(new_data(), keys_for(vendors)) as app:
        yield app


@pytest.fixture
async def alice(person, fragile):
    """A user of that app."""
    if fragile.process.returncode is not None:
        await fragile.start()
    await fragile.until_ready()
    alice = await person(fragile.url)
    alice.forgiven = BROKEN
    return alice


async def _answering(alice):
    """A chat in mid-answer, some seconds on, so that a part is stored."""
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.arrives()
    await chat.streams("w0090")
    return chat


async def _ends_interrupted(chat, alice, shown: str) -> None:
    """The text that was shown is kept but for its last seconds, and can be continued."""
    await chat.ends("interrupted", within=REAPED)
    text = (await chat.words.text_content()).strip()
    assert words_to(PROMPT).startswith(text)
    assert len(text.split()) >= len(shown.split()) - LOST_AT_MOST
    await chat.page.reload()
    await chat.ends("interrupted")
    await chat.reads(text)
    assert text_of((await alice.stored(chat))[1]).strip() == text
    await chat.page.get_by_role("button", name="Continue").click()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    await chat.ask("And a new question.")


async def test_a_killed_worker_interrupts_the_answer_and_is_replaced(alice, fragile):
    chat = await _answering(alice)
    (worker,) = fragile.workers()
    shown = await chat.words.text_content()
    worker.kill()
    await _ends_interrupted(chat, alice, shown)
    (healed,) = fragile.workers()
    assert healed.pid != worker.pid


async def test_a_killed_launcher_and_a_new_start_interrupt_the_answer(alice, fragile):
    chat = await _answering(alice)
    shown = await chat.words.text_content()
    await fragile.end(signal.SIGKILL)
    await fragile.start()
    await _ends_interrupted(chat, alice, shown)


async def test_ctrl_c_leaves_nothing_behind_and_keeps_the_text(alice, fragile):
    chat = await _answering(alice)
    shown = await chat.words.text_content()
    await fragile.end(signal.SIGINT)
    assert fragile.left_behind() == []
    await fragile.start()
    await _ends_interrupted(chat, alice, shown)


async def _kill_a_connection(app: App) -> None:
    """PostgreSQL then ends all its processes, and recovers by itself."""
    _postmaster, *rest = app.database()
    connection = next(each for each in rest if "127.0.0.1" in " ".join(each.cmdline()))
    connection.kill()


async def _restart(app: App) -> None:
    """The whole server goes down at once; who comes first starts it: somebody else or the app."""
    old, *_ = app.database()
    cluster = Cluster.at(app.data / "postgres")
    restart = cluster.run("pg_ctl", "restart", "-D", str(cluster.data), "-m", "immediate")
    await asyncio.to_thread(restart.wait)
    assert not old.is_running() or old.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("breaks", [_kill_a_connection, _restart])
async def test_a_database_that_restarts_in_mid_answer_costs_no_word(alice, fragile, breaks):
    prompt = "Go on. [[tokens=120 gap=50]]"
    chat = await alice.open()
    await chat.say(prompt)
    await chat.arrives()
    await chat.streams("w0030")
    await breaks(fragile)
    await chat.ends("done", within=60)
    await chat.reads(words_to(prompt))
    await fragile.until_ready()
    await chat.page.reload()
    await chat.ends("done")
    await chat.reads(words_to(prompt))
    await chat.ask("And a new question.")
