"""How requests travel to the vendors: by aiohttp, below clients of httpx2.

Vendors' SDKs have such a transport too, each its own; to take one would import that whole SDK.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx2

CHUNK_BYTES = 16_384
# The first that fits decides: the special ones stand before those that they are a kind of.
MEANINGS: tuple[tuple[type[Exception], type[httpx2.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),
    (aiohttp.SocketTimeoutError, httpx2.ReadTimeout),
    (aiohttp.ServerTimeoutError, httpx2.TimeoutException),
    (aiohttp.ClientPayloadError, httpx2.ReadError),
    (aiohttp.ClientConnectionError, httpx2.ConnectError),
    (aiohttp.ClientHttpProxyError, httpx2.ConnectError),
    (aiohttp.ClientError, httpx2.RemoteProtocolError),
)
Opening = Callable[[str | None], aiohttp.ClientSession]


class AiohttpClient(httpx2.AsyncClient):
    """A client of httpx2 whose requests go through sessions of aiohttp.

    opening: makes one, that goes by the proxy of this address or by none.
    """

    def __init__(self, opening: Opening, timeout: httpx2.Timeout) -> None:
        self._opening = opening
        super().__init__(timeout=timeout, follow_redirects=True)

    def _init_transport(self, *_: Any, **__: Any) -> httpx2.AsyncBaseTransport:  # noqa: ANN401
        return Transport(self._opening, None)

    def _init_proxy_transport(
        self,
        proxy: httpx2.Proxy,
        *_: Any,  # noqa: ANN401  (what httpx2's own would be made of)
        **__: Any,  # noqa: ANN401
    ) -> httpx2.AsyncBaseTransport:
        name, password = proxy.auth or (None, None)
        address = proxy.url.copy_with(username=name, password=password)
        return Transport(self._opening, str(address))


class Transport(httpx2.AsyncBaseTransport):
    """Sends the requests that go by one proxy, or by none."""

    def __init__(self, opening: Opening, proxy: str | None) -> None:
        self._opening, self._proxy = opening, proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The vendor's answer, as soon as its head is here. Raises httpx2.TransportError."""
        if self._session is None:  # it belongs to the event loop that asks
            self._session = self._opening(self._proxy)
        limits = request.extensions.get("timeout", {})
        with _in_words_of_httpx():
            response = await self._session.request(
                request.method,
                str(request.url),
                headers=request.headers,
                data=await request.aread() or None,
                allow_redirects=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(
                    sock_connect=limits.get("connect"),
                    sock_read=limits.get("read"),
                    connect=limits.get("pool"),
                ),
            )
        return httpx2.Response(
            response.status,
            headers=response.raw_headers,
            stream=_Body(response),
            request=request,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _in_words_of_httpx():
            async for chunk in self._response.content.iter_chunked(CHUNK_BYTES):
                yield chunk

    async def aclose(self) -> None:
        await self._response.__aexit__(None, None, None)


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """What fails fails as it would by httpx2's own transport, which is what SDKs know."""
    try:
        yield
    except aiohttp.ClientError as error:
        meaning = next(theirs for ours, theirs in MEANINGS if isinstance(error, ours))
        raise meaning(str(error)) from error
