"""A person's own mail servers: where they stand, how one signs in, and a connection to one."""

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from assistant.connectors.network import Reach, vetted
from assistant.errors import ToolError

Security = Literal["tls", "starttls", "plain"]
PORTS = (25, 143, 465, 587, 993, 2525)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server stands, and how the connection to it is encrypted."""

    host: str
    port: int
    security: Security = "tls"

    @property
    def name(self) -> str:
        """The server, in a sentence."""
        return f"The mail server at {self.host}"


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox on servers of IMAP and SMTP. address: from which its letters come."""

    address: str
    user: str
    password: str = field(repr=False)
    imap: Server
    smtp: Server


@lru_cache(maxsize=1)
def usual_tls() -> ssl.SSLContext:
    """Trusts what the system trusts; reading all certificates takes long, so it is done once."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Access:
    """How an account is reached. tls: whose certificates are trusted. seconds: for one errand."""

    account: Account
    reach: Reach
    tls: ssl.SSLContext = field(default_factory=usual_tls)
    seconds: float = 10.0


class Unreachable(OSError):
    """Nobody answers where the server should stand."""


async def connected(server: Server, reach: Reach) -> socket.socket:
    """A socket that does not block, connected to the vetted address of the server.

    Raises ToolError for a place that may not be contacted, Unreachable when nobody is there.
    """
    inside = server.host.lower() in reach.private
    if server.security == "plain" and not inside:
        raise ToolError(f"{server.name} would get the password unencrypted, so it was not asked.")
    if server.port not in PORTS and not inside:
        raise ToolError(f"Port {server.port} is none of mail, so nothing was contacted.")
    address = await vetted(server.host, server.port, reach)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.settimeout(0)
        await asyncio.get_running_loop().sock_connect(line, (address, server.port))
    except BaseException as error:
        line.close()
        if isinstance(error, OSError):
            raise Unreachable from error
        raise
    return line
