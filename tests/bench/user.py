"""One signed-in person with an open chat page: what the page sends and hears, without a browser.

The page has three lines to the server: Reflex's socket (Engine.IO 4, socket.io 5), the feed of
news, and a stream for each running turn. `User` speaks them as the page in `.web` does.
"""

import asyncio
import json
import re
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aiohttp

from tests.bench.stamps import Stamps

ROOT = "reflex___state____state"
STATE = f"{ROOT}.assistant___state___base____base_state.assistant___state___{{0}}____{{0}}_state."
ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
TAKEN = re.compile(r'"acknowledged_rx_state_":\{"key":"(\w+)".*?"turn":"([0-9a-f-]{36})"')
REFUSED = re.compile(r'"refused_rx_state_":\{"key":"(\w+)","message":"([^"]*)"')
REDIRECT = re.compile(r'"_redirect".*?"path":"(/chat/([0-9a-f-]{36}))"')
CALM_SECONDS = 0.15
TAKEN_SECONDS = 60.0
ANSWER_SECONDS = 600.0
SETTLED = '"more_rx_state_"'  # the last that a page gets when it has arrived


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
    reacts: ask for the news that the feed announces, as the page does.
    """

    def __init__(self, url: str, origin: str, name: str, *, reacts: bool = True) -> None:
        self._url, self._origin, self._name, self._reacts = url, origin, name, reacts
        self._place: dict[str, Any] = {"pathname": "/", "asPath": "/"}
        self._conversation = ""
        self._arrived = asyncio.Event()
        self._turn: asyncio.Future[str] = asyncio.Future()
        self._key = ""
        self._feed: asyncio.Task[None] | None = None
        self._news: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

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
        first = {"name": f"{ROOT}.hydrate_and_load", "payload": {"hashes": []}}
        await self._socket.send_str(f"40/_event,{self._json({'event': self._at_place(first)})}")
        self._spawn(self._hear())
        await self._arrive()
        async with asyncio.timeout(60):
            await self._arrived.wait()

    def _at_place(self, event: dict[str, Any]) -> dict[str, Any]:
        return event | {"router_data": self._place}

    @staticmethod
    def _json(value: object) -> str:
        return json.dumps(value, separators=(",", ":"))

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
        await self._emit(STATE.format("sidebar") + "arrive", timezone="UTC")

    async def _emit(self, name: str, **payload: object) -> None:
        event = self._at_place({"name": name, "payload": payload})
        await self._socket.send_str(f"42/_event,{self._json(['event', event])}")

    async def _hear(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            if message.data == "2":
                await self._socket.send_str("3")
            else:
                await self._take(message.data)

    async def _take(self, frame: str) -> None:
        if SETTLED in frame:
            self._arrived.set()
        if not self._turn.done():
            self._take_reply(frame)
        if moved := REDIRECT.search(frame):
            place = {"pathname": moved[1], "asPath": moved[1], "query": {"chat_id": moved[2]}}
            self._place, self._conversation = place, moved[2]
            await self._arrive()
            await self._emit(ON_LOAD)

    def _take_reply(self, frame: str) -> None:
        """The state's answer to a send."""
        if (taken := TAKEN.search(frame)) and taken[1] == self._key:
            self._turn.set_result(taken[2])
        elif (refused := REFUSED.search(frame)) and refused[1] == self._key:
            self._turn.set_exception(RuntimeError(refused[2]))

    async def _follow_feed(self) -> None:
        async with self._http.get("/api/events") as response:
            async for line in response.content:
                if self._reacts and line.startswith(b"data:"):
                    self._hear_news()

    def _hear_news(self) -> None:
        if self._news is not None:
            self._news.cancel()
        clock = asyncio.get_running_loop()
        self._news = clock.call_later(CALM_SECONDS, lambda: self._spawn(self._refresh()))

    async def _refresh(self) -> None:
        await self._emit(STATE.format("sidebar") + "refresh")

    async def ask(self, text: str) -> Answer:
        """Send a message and read its answer. Raises RuntimeError where it does not end well."""
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
        await self._emit(
            STATE.format("chat") + "send",
            conversation_id=self._conversation,
            text=text,
            client_key=self._key,
        )
        async with asyncio.timeout(TAKEN_SECONDS):  # what is no command gets no reply
            turn = await self._turn
        async with self._http.get(f"/api/turns/{turn}/events") as response:
            response.raise_for_status()
            rest = b""
            async for chunk in response.content.iter_any():
                answer.stamps.take(chunk, time.monotonic())
                rest = (rest + chunk)[-2000:]
        answer.end = rest.rpartition(b"event: end")[2].decode()

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
