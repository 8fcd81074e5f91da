"""Bounds of an answer over HTTP: one deadline for the whole, and a size, also when unpacked."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx2

MEGABYTE = 1_000_000


class TooLarge(httpx2.RequestError):
    """A server sent more than was to be taken."""

    def __init__(self, most: int) -> None:
        super().__init__(f"sent more than {most / MEGABYTE:g} MB")


class Bounded(httpx2.AsyncBaseTransport):
    """A transport with an end.

    seconds: from the beginning of a request to the last byte of its answer, with all redirects.
    most: bytes that are taken of one answer, as they come and unpacked.
    Raises httpx2.ReadTimeout, TooLarge, or httpx2.DecodingError for what is packed twice.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, seconds: float, most: int) -> None:
        self._inner = inner
        self._seconds = seconds
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, whose body is bounded while it is read."""
        # A redirected request has the same extensions, so it has the same deadline.
        now = asyncio.get_running_loop().time()
        deadline = request.extensions.setdefault("deadline", now + self._seconds)
        async with self._until(deadline):
            response = await self._inner.handle_async_request(request)
        return _Answer(response, _Body(response, self._pieces(response, deadline)), self._most)

    async def _pieces(self, response: httpx2.Response, deadline: float) -> AsyncGenerator[bytes]:
        taken = 0
        async with aclosing(response.aiter_raw()) as pieces:
            while True:
                async with self._until(deadline):
                    piece = await anext(pieces, None)
                if piece is None:
                    return
                taken += len(piece)
                if taken > self._most:
                    raise TooLarge(self._most)
                yield piece

    @asynccontextmanager
    async def _until(self, deadline: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(deadline):
                yield
        except TimeoutError as error:
            late = f"did not answer within {self._seconds:g} seconds"
            raise httpx2.ReadTimeout(late) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Body(httpx2.AsyncByteStream):
    """What is left of an answer."""

    def __init__(self, response: httpx2.Response, pieces: AsyncGenerator[bytes]) -> None:
        self._response = response
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                yield piece

    async def aclose(self) -> None:
        await self._pieces.aclose()
        await self._response.aclose()


class _Answer(httpx2.Response):
    """An answer that counts what it unpacks; the library unpacks in pieces of a megabyte."""

    def __init__(self, response: httpx2.Response, body: _Body, most: int) -> None:
        super().__init__(
            response.status_code,
            headers=response.headers,
            stream=body,
            extensions=response.extensions,
        )
        self._most = most

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncGenerator[bytes, None]:
        """The unpacked body. Raises TooLarge."""
        if len(self.headers.get_list("content-encoding", split_commas=True)) > 1:
            # What is packed twice can hold gigabytes of work that give not one byte.
            raise httpx2.DecodingError("packed more than once")
        taken = 0
        async with aclosing(super().aiter_bytes(chunk_size)) as pieces:
            async for piece in pieces:
                taken += len(piece)
                if taken > self._most:
                    raise TooLarge(self._most)
                yield piece
