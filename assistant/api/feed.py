"""GET /api/events: nudges for the user's open pages, with ids and no content."""

import asyncio
import json
from collections.abc import AsyncGenerator
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.api.answers import answering, user_of
from assistant.api.events import BEAT, EventStream, frame
from assistant.services.signals import GAP, USERS, Notice, listening

UNREAD_AT_MOST = 100
BEAT_SECONDS = 10.0


@answering
async def events(request: Request) -> Response:
    """Follow what changes for the signed-in user."""
    user = await user_of(request)
    return EventStream(user, _frames(user.id))


async def _frames(user_id: UUID) -> AsyncGenerator[bytes, None]:
    unread: asyncio.Queue[Notice] = asyncio.Queue(UNREAD_AT_MOST)

    def take(notice: Notice) -> None:
        if unread.full():  # a page that far behind reads all anew
            while not unread.empty():
                unread.get_nowait()
            notice = GAP
        unread.put_nowait(notice)

    with listening(f"{USERS}{user_id}", take):
        yield BEAT
        while True:
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    notice = await unread.get()
            except TimeoutError:
                yield BEAT
            else:
                yield frame(json.dumps(notice))


routes = [Route("/api/events", events)]
