"""GET /api/events: nudges for the user's open pages, with ids and no content."""

import asyncio
import json
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.api.answers import COOKIE, answering, user_of
from assistant.api.events import BEAT, EventStream, frame
from assistant.errors import NotSignedIn
from assistant.services.accounts import User, who_is
from assistant.services.signals import Notice, listening

UNREAD_AT_MOST = 100
BEAT_SECONDS = 10.0


@answering
async def events(request: Request) -> Response:
    """Follow what changes for the signed-in user."""
    user = await user_of(request)
    return EventStream(user.id, _frames(user, request.cookies.get(COOKIE)))


async def _frames(user: User, token: str | None) -> AsyncGenerator[bytes, None]:
    unread: asyncio.Queue[Notice] = asyncio.Queue(UNREAD_AT_MOST)

    def take(notice: Notice) -> None:
        if not unread.full():  # a page that far behind reads all anew anyway
            unread.put_nowait(notice)

    try:
        with listening(f"user:{user.id}", take):
            yield BEAT
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        notice = await unread.get()
                except TimeoutError:
                    await who_is(token)
                    yield BEAT
                else:
                    yield frame(json.dumps(notice))
    except NotSignedIn:
        return  # a revoked session hears nothing more


routes = [Route("/api/events", events)]
