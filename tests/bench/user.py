"""One signed-in person with an open chat page: what the page sends and hears, without a browser.

The page has three lines to the server: Reflex's socket (Engine.IO 4, socket.io 5), the feed of
news, and a stream for each running turn. `User` speaks them as the page in `.web` does.
"""

import asyncio
import json
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aiohttp
from reflex.utils.format import format_event_handler

from assistant.services.rate_limits import RATES
from assistant.state.chat import ChatState
from assistant.state.commands import ROOT
from assistant.state.sidebar import SidebarState
from tests.bench.stamps import Stamps

HYDRATE = f"{ROOT}.hydrate_and_load"
ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
# Taken from the states themselves: a command that goes is missed here, and not just refused.
ARRIVE, REFRESH, SEND = map(
    format_event_handler, (SidebarState.arrive, SidebarState.refresh, ChatState.send)
)
UPDATE = "42/_event,"
VARIABLE = "_rx_state_"
CALM_SECONDS = 0.15
TAKEN_SECONDS = 60.0
ANSWER_SECONDS = 600.0
# So quickly may one person ask on and on; on a fast machine answers are over sooner.
HURRY = RATES["messages"].windows[0]
PACE_SECONDS = 1.1 * HURRY.get_expiry() / HURRY.amount


@dataclass(slots=True)
class Answer:
    """One answer. asked_at: CLOCK_MONOTONIC seconds. end: its last event, or what went wrong."""

    asked_at: float
    end: str = ""
    stamps: Stamps = field(default_factory=Stamps)

    @property
    def is_done(self) -> bool:
        """Whether it ended well."""
        return '"status":"done"' in self.end


class User:
    """`async with User(url, origin, name) as user:` signs in and opens the page.

    url: the server or a relay to it. origin: the server's own, which the socket asks for.
    conversation: the id of the one that is open, "" before the first send of a new chat.
    """

    def __init__(self, url: str, origin: str, name: str) -> None:
        self._url, self._origin, self._name = url, origin, name
        self._place, self.conversation = _place(""), ""
        self._loaded, self._heard = asyncio.Event(), asyncio.Event()
        self._key = ""
        self._turn: asyncio.Future[str] = asyncio.Future()
        self._feed: asyncio.Task[None] | None = None
        self._news: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asks_at = 0.0

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(unsafe=True)
        self._http = aiohttp.ClientSession(
            self._url,
            cookie_jar=jar,
            headers={"origin": self._origin},
            timeout=aiohttp.ClientTimeout(total=None),
            connector=aiohttp.TCPConnector(limit=0),
        )
        form = {"name": self._name}
        async with self._http.post("/auth/login/local", data=form, allow_redirects=False) as got:
            if got.status != 303 or not len(jar):
                raise RuntimeError(f"sign-in answered {got.status}")
        await self._connect()
        return self

    async def _connect(self) -> None:
        address = f"/_event/?token={uuid4()}&EIO=4&transport=websocket"
        self._socket = await self._http.ws_connect(address, compress=15)
        await self._socket.receive_str()
        first = self._event(HYDRATE, hashes=[])
        await self._socket.send_str(f"40/_event,{_json({'event': first})}")
        self._spawn(self._hear())
        await self._arrive()
        await self._settle()

    def _event(self, name: str, **payload: object) -> dict[str, Any]:
        return {"name": name, "payload": payload, "router_data": self._place}

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _arrive(self) -> None:
        """What a page does when it has been drawn: it says its time zone and opens the feed."""
        if self._feed is not None:
            self._feed.cancel()
        self._feed = self._spawn(self._follow_feed())
        await self._emit(ARRIVE, timezone="UTC")

    async def _emit(self, name: str, **payload: object) -> None:
        await self._socket.send_str(f"{UPDATE}{_json(['event', self._event(name, **payload)])}")

    async def _settle(self) -> None:
        """Wait until the page has loaded and the server has said all that belongs to it."""
        async with asyncio.timeout(TAKEN_SECONDS):
            await self._loaded.wait()
            with suppress(TimeoutError):
                while True:
                    self._heard.clear()
                    await asyncio.wait_for(self._heard.wait(), CALM_SECONDS)

    async def _hear(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            if message.data == "2":
                await self._socket.send_str("3")
            elif message.data.startswith(UPDATE):
                self._heard.set()
                await self._take(json.loads(message.data.removeprefix(UPDATE))[1])
        self._refuse("the socket was closed")

    async def _take(self, update: dict[str, Any]) -> None:
        for name, value in _variables(update):
            if name == "is_hydrated" and value:
                self._loaded.set()
            elif name in ("acknowledged", "refused"):
                for answer in value:
                    self._take_answer(name, answer)

    def _take_answer(self, name: str, answer: dict[str, str]) -> None:
        if answer["key"] == self._key and name == "acknowledged":
            self._accept(answer)
        elif answer["key"] == self._key:
            self._refuse(answer["message"])

    def _accept(self, acknowledged: dict[str, str]) -> None:
        self.conversation = acknowledged["conversation"]
        self._place = _place(self.conversation)  # the page goes there, and asks nothing for it
        if not self._turn.done():
            self._turn.set_result(acknowledged["turn"])

    def _refuse(self, reason: str) -> None:
        if self._key and not self._turn.done():
            self._turn.set_exception(RuntimeError(reason))

    async def _follow_feed(self) -> None:
        async with self._http.get("/api/events") as response:
            async for line in response.content:
                if line.startswith(b"data:"):
                    self._hear_news()

    def _hear_news(self) -> None:
        if self._news is not None:
            self._news.cancel()
        clock = asyncio.get_running_loop()
        self._news = clock.call_later(CALM_SECONDS, lambda: self._spawn(self._emit(REFRESH)))

    async def begin_anew(self) -> None:
        """Open a new chat, as the button does."""
        self.conversation, self._place = "", _place("")
        self._loaded.clear()
        await self._emit(ON_LOAD)
        await self._settle()

    async def ask(self, text: str) -> Answer:
        """Send a message and read its answer, in the pace that the app takes from one person.

        Raises RuntimeError where it does not end well.
        """
        await asyncio.sleep(self._asks_at - time.monotonic())
        self._asks_at = time.monotonic() + PACE_SECONDS
        answer = await self.attempt(text, ANSWER_SECONDS)
        if not answer.is_done:
            raise RuntimeError(f"{text} ended in {answer.end}")
        return answer

    async def attempt(self, text: str, seconds: float) -> Answer:
        """Send a message and read its answer, to its end or for so long; what failed is its end."""
        answer = Answer(time.monotonic())
        try:
            async with asyncio.timeout(seconds):
                await self._ask(text, answer)
        except (TimeoutError, RuntimeError, aiohttp.ClientError) as error:
            answer.end = repr(error)
        return answer

    async def _ask(self, text: str, answer: Answer) -> None:
        self._key, self._turn = uuid4().hex, asyncio.Future()
        wish = {"client_key": self._key, "file_ids": []}
        await self._emit(SEND, conversation_id=self.conversation, text=text, **wish)
        async with asyncio.timeout(TAKEN_SECONDS):  # what is no command gets no reply
            turn = await self._turn
        async with self._http.get(f"/api/turns/{turn}/events?after=0") as response:
            response.raise_for_status()
            rest = b""
            async for chunk in response.content.iter_any():
                answer.stamps.take(chunk, time.monotonic())
                rest = (rest + chunk)[-2000:]
        answer.end = rest.rpartition(b"\n:end ")[2].decode()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._news is not None:
            self._news.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()
        await self._http.close()


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _variables(update: object) -> Iterator[tuple[str, Any]]:
    """The variables in an update by their own names, whichever state they stand in."""
    if isinstance(update, list):
        for each in update:
            yield from _variables(each)
    elif isinstance(update, dict):
        for name, value in update.items():
            if name.endswith(VARIABLE):
                yield name.removesuffix(VARIABLE), value
            else:
                yield from _variables(value)


def _place(conversation: str) -> dict[str, Any]:
    """What Reflex is told of where the page is."""
    if not conversation:
        return {"pathname": "/", "asPath": "/"}
    path = f"/chat/{conversation}"
    return {"pathname": path, "asPath": path, "query": {"chat_id": conversation}}
