"""A real server of SMTP (aiosmtpd) on loopback, which wants a password and keeps what it gets."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificate import own_certificate
from tests.servers.imap import PASSWORD, USER


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter as it was handed over."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(slots=True)
class SmtpServer:
    """port: STARTTLS is asked for before the password. tls_port: TLS from the beginning.

    plain_port: takes the password unencrypted. says: its answer to a letter.
    """

    taken: list[Taken] = field(default_factory=list)
    port: int = 0
    tls_port: int = 0
    plain_port: int = 0
    says: str = "250 OK"

    async def handle_RCPT(  # noqa: N802  (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take everybody but nobody@."""
        if address.startswith("nobody@"):
            return "550 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the letter."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        if self.says.startswith("2"):
            self.taken.append(Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        return self.says


def _knows(*asked: object) -> AuthResult:
    given = asked[-1]
    fits = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return (
        AuthResult(success=fits, handled=True) if fits else AuthResult(success=False, handled=False)
    )


@asynccontextmanager
async def smtp_server() -> AsyncIterator[SmtpServer]:
    """A server that has no letter yet."""
    kept = SmtpServer()
    loop = asyncio.get_running_loop()
    tls = own_certificate().server

    def listening(**options):
        def made() -> SMTP:
            with warnings.catch_warnings():
                # One port is plain on purpose.
                warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
                return SMTP(
                    kept, loop=loop, hostname="mail.test", auth_required=True,
                    authenticator=_knows, **options,
                )  # fmt: skip

        return made

    starts = listening(tls_context=tls, require_starttls=True)
    open_ = listening(auth_require_tls=False)
    servers = [
        await loop.create_server(starts, "127.0.0.1", 0),
        await loop.create_server(open_, "127.0.0.1", 0, ssl=tls),
        await loop.create_server(open_, "127.0.0.1", 0),
    ]
    kept.port, kept.tls_port, kept.plain_port = (
        each.sockets[0].getsockname()[1] for each in servers
    )
    try:
        yield kept
    finally:
        for each in servers:
            each.close()
