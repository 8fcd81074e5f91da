"""The way out: connections to vetted addresses only, bounded in time, in size and in unpacking.

A name is resolved once, each address that it has is tested, and the connection goes to the very
address that was tested; a redirect is a new connection. So no page, no user and no model can make
this machine talk to its own network.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpcore2
import httpx2

from assistant.connectors.addresses import public
from assistant.connectors.bounds import Bounded, TooLarge
from assistant.errors import ToolError

WEB_PORTS = (80, 443)
ANY_PORT = range(1, 65536)
MOST_REDIRECTS = 5
MOST_CONNECTIONS = 10
HEADERS = {"User-Agent": "Assistant/0.1 (for its user)", "Accept-Encoding": "gzip, deflate"}

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_Option = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where connections may go besides the internet.

    private: hosts, in lower case, that the operator allows to stand inside.
    """

    private: frozenset[str] = frozenset()


def is_safe(url: str, reach: Reach) -> bool:
    """Whether a secret may go there: the way is encrypted, or inside, and it holds no password."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    encrypted = parts.scheme == "https" or (parts.scheme == "http" and host in reach.private)
    return bool(host) and "@" not in parts.netloc and encrypted


async def vetted(host: str, port: int, reach: Reach) -> str:
    """The address to connect to for a host, resolved once.

    Raises ToolError when there is none, when it is written as a trick, or when any of the host's
    addresses is not public and the host is not in `reach.private`.
    """
    name = _plain(host)
    found = await _resolved(name, port)
    if name not in reach.private and not all(map(public, found)):
        raise ToolError(f"{name} stands in a private network, so it was not contacted.")
    return found[0]


def _plain(host: str) -> str:
    """The host in lower case. Raises ToolError for what is no name and no plain address."""
    name = host.strip("[]").lower().removesuffix(".")
    if _is_address(name):
        return name
    if not _NAME.fullmatch(name) or _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise ToolError("This is not the name of a host, so nothing was contacted.")
    return name


def _is_address(name: str) -> bool:
    try:
        return "%" not in name and bool(ip_address(name))
    except ValueError:
        return False


async def _resolved(name: str, port: int) -> list[str]:
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ToolError(f"There is no host {name}, or it cannot be found now.") from error
    return [str(address[0]) for *_, address in found]


def client(
    reach: Reach,
    *,
    seconds: float,
    most_bytes: int,
    ports: Container[int] = WEB_PORTS,
    tls: ssl.SSLContext | None = None,
) -> httpx2.AsyncClient:
    """A client for HTTP that connects to vetted addresses only, on these ports.

    seconds: for one request from its beginning to the last byte of its answer, all redirects
    within. most_bytes: of an answer, as it comes and unpacked. A host in `reach.private` may have
    any port. tls: other certificates to trust than the usual ones.
    Redirects are followed where the request asks for it (`follow_redirects=True`), at most five,
    never from https to http. No proxy and nothing else comes from the environment.
    Raises ToolError for what may not be contacted, else httpx2.HTTPError: see `plainly`.
    """
    return httpx2.AsyncClient(
        transport=Bounded(_Vetted(reach, ports, tls or _usual_tls()), seconds, most_bytes),
        timeout=None,  # Bounded has one deadline for the whole
        max_redirects=MOST_REDIRECTS,
        trust_env=False,
        headers=HEADERS,
        event_hooks={"response": [_stay_safe]},
    )


@lru_cache(maxsize=1)
def _usual_tls() -> ssl.SSLContext:
    """Reading all certificates takes long, so it is done once."""
    return httpx2.create_ssl_context(trust_env=False)


async def _stay_safe(response: httpx2.Response) -> None:
    """Refuse the way from https to http."""
    if response.has_redirect_location and response.url.scheme == "https":
        target = response.url.join(response.headers["Location"])
        if target.scheme != "https":
            raise ToolError("The page leads to one that is not encrypted, which was not followed.")


@contextmanager
def plainly(who: str, then: str = "") -> Iterator[None]:
    """Tell what the network raises as a ToolError, in a sentence about `who`, followed by `then`.

    who: "The calendar at cal.example.com". then: "Nothing was changed."
    """
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ToolError(f"{who} {_fault(error)}. {then}".rstrip()) from error


def _fault(error: Exception) -> str:
    if isinstance(error, TooLarge | httpx2.TimeoutException):
        return str(error)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "has no certificate that can be trusted"
    return next((said for kind, said in FAULTS.items() if isinstance(error, kind)), BROKEN)


FAULTS: dict[type[Exception], str] = {
    httpx2.ConnectError: "could not be reached",
    httpx2.TooManyRedirects: "leads from page to page without an end",
    httpx2.DecodingError: "sent what cannot be unpacked",
    httpx2.UnsupportedProtocol: "is no address of the web",
    httpx2.InvalidURL: "is no address of the web",
}
BROKEN = "broke off the connection"


class _Vetted(httpx2.AsyncHTTPTransport):
    """The library's transport on connections that `vetted` has allowed."""

    def __init__(self, reach: Reach, ports: Container[int], tls: ssl.SSLContext) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=MOST_CONNECTIONS,
            network_backend=_Connections(reach, ports),
        )


class _Connections(httpcore2.AnyIOBackend):
    """Connects to the address that was tested; the name stays for TLS and for the Host header."""

    def __init__(self, reach: Reach, ports: Container[int]) -> None:
        self._reach = reach
        self._ports = ports

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the library's signature)
        local_address: str | None = None,
        socket_options: Iterable[_Option] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        if port not in (ANY_PORT if _plain(host) in self._reach.private else self._ports):
            raise ToolError(f"Port {port} is none that may be used, so nothing was contacted.")
        address = await vetted(host, port, self._reach)
        return await super().connect_tcp(address, port, timeout, local_address, socket_options)
