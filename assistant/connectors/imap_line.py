"""A connection to a server of IMAP: on a thread of its own, with an end to its time and bytes."""

import asyncio
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxAppendError, MailboxLoginError

from assistant.connectors.mail_account import Access, Account, Unreachable, connected
from assistant.errors import AccessRefused, ToolError

MOST_BYTES = 8_000_000  # of one connection
UNCHANGED = "Nothing was changed."

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Result = TypeVar("Result")


class TooMuch(Exception):
    """The server sends more than is taken."""


class Client(imaplib.IMAP4):
    """The library's client, on a line that is connected already, for so many bytes."""

    def __init__(self, line: socket.socket, host: str) -> None:
        self._line = line
        self._left = MOST_BYTES
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._line

    def read(self, size: int) -> bytes:
        """So many bytes, unless they are too many."""
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        """One line."""
        line = super().readline()
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooMuch


class Box(BaseMailBox):
    """The library's mailbox, signed in. can: what the server says that it can."""

    def __init__(self, client: Client, account: Account) -> None:
        self._ready = client
        super().__init__()
        self._sign_in(account)
        self.can = frozenset(client.capability()[1][0].decode("ascii", "replace").upper().split())

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._ready

    def _sign_in(self, account: Account) -> None:
        refused = AccessRefused(REFUSED.format(account.imap.name))
        if _CONTROL.search(account.user + account.password):
            raise refused  # it would end the line, and begin another command
        in_base64 = "AUTH=PLAIN" in self.client.capabilities
        sign_in = self.login_utf8 if in_base64 else self.login
        try:
            sign_in(account.user, account.password, None)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, MailboxLoginError, UnicodeError) as error:
            raise refused from error


REFUSED = (
    "{} does not accept the user name or the password. Nothing was changed. The user can connect "
    "it anew in Settings, Connections."
)


async def on_line(access: Access, work: Callable[[Box], Result], doubt: str = UNCHANGED) -> Result:
    """What `work` gives back; it runs on a thread, with a mailbox that is signed in.

    doubt: what holds when the connection was lost in the middle. The line is cut at the end of
    the time and on cancellation, so that the thread ends, too. Raises ToolError.
    """
    with _plainly(access.account.imap.name, doubt, access.seconds):
        async with asyncio.timeout(access.seconds):
            line = await connected(access.account.imap, access.reach)
            try:
                return await asyncio.to_thread(_signed_in, line, access, work)
            finally:
                _cut(line)


def _signed_in(line: socket.socket, access: Access, work: Callable[[Box], Result]) -> Result:
    # The thread has its own handle, which nobody closes while it reads.
    with line.dup() as own:
        own.settimeout(access.seconds)
        with _client(own, access) as client:
            return work(Box(client, access.account))


@contextmanager
def _client(own: socket.socket, access: Access) -> Iterator[Client]:
    server = access.account.imap
    if server.security == "tls":
        own = access.tls.wrap_socket(own, server_hostname=server.host)
    client = Client(own, server.host)
    try:
        if server.security == "starttls":
            if "STARTTLS" not in client.capabilities:
                raise ToolError(f"{server.name} offers no encryption. {UNCHANGED}")
            client.starttls(access.tls)
        yield client
    finally:
        with suppress(OSError):  # the line was cut before
            client.shutdown()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # the server was faster
        line.shutdown(socket.SHUT_RDWR)
    line.close()


@contextmanager
def _plainly(name: str, doubt: str, seconds: float) -> Iterator[None]:
    """Tell what the network and the library raise as a ToolError."""
    try:
        yield
    except (*HARMLESS, *DOUBTFUL) as error:
        said = _sentence(error, HARMLESS)
        ends = UNCHANGED if said else doubt
        fault = (said or _sentence(error, DOUBTFUL)).format(seconds=seconds)
        raise ToolError(f"{name} {fault}. {ends}".rstrip()) from error


def _sentence(error: Exception, faults: Mapping[type[Exception], str]) -> str:
    return next((said for kind, said in faults.items() if isinstance(error, kind)), "")


# Before anything could have been done.
HARMLESS: dict[type[Exception], str] = {
    ssl.SSLCertVerificationError: "has no certificate that can be trusted",
    Unreachable: "could not be reached",
}
STRANGE = "answered what cannot be understood"
DOUBTFUL: dict[type[Exception], str] = {
    TimeoutError: "did not answer within {seconds:g} seconds",
    TooMuch: "sent more than was to be taken",
    OSError: "broke off the connection",
    imaplib.IMAP4.abort: "broke off the connection",
    MailboxAppendError: "did not take the letter",
    **dict.fromkeys(
        (ImapToolsError, imaplib.IMAP4.error, ValueError, LookupError, TypeError, AttributeError),
        STRANGE,
    ),
}
