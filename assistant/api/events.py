"""Server-sent events (WHATWG HTML, section 9.2): frames, and what their response looks like."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from typing import NamedTuple
from uuid import UUID

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.errors import Busy
from assistant.services import session_ends
from assistant.services.sessions import User

BEAT = b": beat\n\n"
STREAMS_AT_MOST = 40  # that one user's pages may have open at once
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}  # proxies neither keep nor wait

_open: Counter[UUID] = Counter()


def frame(data: str, *, kind: str = "", number: int | None = None) -> bytes:
    """One event. data: one line."""
    lines = [f"id: {number}"] if number is not None else []
    if kind:
        lines.append(f"event: {kind}")
    return "\n".join([*lines, f"data: {data}", "", ""]).encode()


class Form(NamedTuple):
    """How a stream is written. told: one event, as `frame`. beat: what says that it lives."""

    media_type: str
    told: Callable[..., bytes]
    beat: bytes


FRAMES = Form("text/event-stream", frame, BEAT)


class EventStream(StreamingResponse):
    """A user's response of frames, which ends with the session. Raises Busy for too many."""

    def __init__(
        self, user: User, frames: AsyncGenerator[bytes, None], form: Form = FRAMES
    ) -> None:
        if _open[user.id] >= STREAMS_AT_MOST:
            raise Busy("Too many pages are open. Close one and try again.")
        super().__init__(frames, media_type=form.media_type, headers=HEADERS)
        self._user, self._frames = user, frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the frames, and count the stream while it is open."""
        _open[self._user.id] += 1
        try:
            await self._until_over(scope, receive, send)
        finally:
            _open[self._user.id] -= 1
            if not _open[self._user.id]:
                del _open[self._user.id]
            await self._frames.aclose()

    async def _until_over(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(super().__call__(scope, receive, send))
        ending = asyncio.ensure_future(session_ends.over(self._user))
        try:
            await asyncio.wait((sending, ending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                return await sending
        finally:
            sending.cancel()
            ending.cancel()
            await asyncio.gather(sending, ending, return_exceptions=True)
        return await send({"type": "http.response.body", "body": b""})
