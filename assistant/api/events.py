"""Server-sent events (WHATWG HTML, section 9.2): frames, and what their response looks like."""

from collections import Counter
from collections.abc import AsyncGenerator
from uuid import UUID

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.errors import Busy

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


class EventStream(StreamingResponse):
    """A user's response of frames. Raises Busy when the user has too many open."""

    def __init__(self, user_id: UUID, frames: AsyncGenerator[bytes, None]) -> None:
        if _open[user_id] >= STREAMS_AT_MOST:
            raise Busy("Too many pages are open. Close one and try again.")
        super().__init__(frames, media_type="text/event-stream", headers=HEADERS)
        self._user_id, self._frames = user_id, frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the frames, and count the stream while it is open."""
        _open[self._user_id] += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            _open[self._user_id] -= 1
            if not _open[self._user_id]:
                del _open[self._user_id]
            await self._frames.aclose()
