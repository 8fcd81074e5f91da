"""An answer that is made piece by piece while the browser stores it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.api.answers import NO_STORE
from assistant.services.one_each import OneEach
from assistant.services.sessions import User, require_alive

Piece = TypeVar("Piece")
HEADERS = {**NO_STORE, "x-accel-buffering": "no"}  # proxies neither keep nor wait


class Piecewise(StreamingResponse):
    """Pieces that come to an end with the answer, also when the browser goes away.

    first: the piece before all others; who has waited for it could still give another answer.
    """

    def __init__(self, first: bytes, pieces: AsyncGenerator[bytes, None], media_type: str) -> None:
        super().__init__(_chained(first, pieces), headers=HEADERS, media_type=media_type)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send)


class Download(Piecewise):
    """Such an answer that the browser stores under a name."""

    def __init__(
        self, name: str, first: bytes, pieces: AsyncGenerator[bytes, None], media_type: str
    ) -> None:
        super().__init__(first, pieces, media_type)
        self.headers["content-disposition"] = f'attachment; filename="{name}"'


async def _chained(
    first: bytes, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    yield first
    async for piece in pieces:
        yield piece


async def while_alive(
    user: User, pieces: AsyncGenerator[Piece, None]
) -> AsyncGenerator[Piece, None]:
    """The pieces, for as long as the session lasts. Raises NotSignedIn in the middle."""
    async with aclosing(pieces):
        async for piece in pieces:
            await require_alive(user)
            yield piece


async def text_file(
    user: User, one_each: OneEach, text: AsyncGenerator[str, None]
) -> AsyncGenerator[bytes, None]:
    """A file of text, written once at a time for each user. Raises Busy, and as `while_alive`."""
    with one_each.held(user.id):
        async with aclosing(while_alive(user, text)) as pieces:
            async for piece in pieces:
                yield piece.encode(errors="replace")
