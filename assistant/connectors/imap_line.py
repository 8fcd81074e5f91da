"""A connection to a server of IMAP: on a thread of its own, with an end to its time and bytes."""

import asyncio
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from assistant.connectors.mail_account import Account, connected
from assistant.connectors.network import Reach
from assistant.errors import ToolError

SECONDS = 10.0
MOST_BYTES = 4_000_000  # of one connection
UNCHANGED = "Nothing was changed."

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Result = TypeVar("Result")


class TooMuch(Exception):
    """The server sends more than is taken."""


class NotEncrypted(Exception):
    """The server does not go over to TLS."""


class Client(imaplib.IMAP4):
    """The library's client, on a line that is connected already, for so many bytes."""

    def __init__(self, line: socket.socket, host: str) -> None:
        self._line = line
        self._left = MOST_BYTES
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002
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
        if _CONTROL.search(account.user + account.password):
            raise ToolError(REFUSED.format(host=account.imap.host))
        if "AUTH=PLAIN" in self.client.capabilities:
            try:
                self.login_utf8(account.user, account.password, None)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise ToolError(REFUSED.format(host=account.imap.host)) from error
        else:
            self.login(account.user, account.password, None)


REFUSED = (
    "The mail server at {host} does not accept the user name or the password. Nothing was "
    "changed. The user can connect it anew in Settings, Connections."
)


async def on_line(
    account: Account,
    reach: Reach,
    tls: ssl.SSLContext,
    work: Callable[[Box], Result],
    doubt: str = UNCHANGED,
    *,
    seconds: float = SECONDS,
) -> Result:
    """What `work` gives back; it runs on a thread, with a mailbox that is signed in.

    doubt: what holds when the connection was lost in the middle. The line is cut at the end of
    the time and on cancellation, so that the thread ends, too. Raises ToolError.
    """
    with _plainly(account, doubt, seconds):
        async with asyncio.timeout(seconds):
            line = await connected(account.imap, reach)
            try:
                return await asyncio.to_thread(_signed_in, line, account, tls, seconds, work)
            finally:
                _cut(line)


def _signed_in(
    line: socket.socket,
    account: Account,
    tls: ssl.SSLContext,
    seconds: float,
    work: Callable[[Box], Result],
) -> Result:
    # The thread has its own handle, which nobody closes while it reads.
    with line.dup() as own:
        own.settimeout(seconds)
        with _client(own, account, tls) as client:
            return work(Box(client, account))


@contextmanager
def _client(own: socket.socket, account: Account, tls: ssl.SSLContext) -> Iterator[Client]:
    server = account.imap
    if server.security == "tls":
        own = tls.wrap_socket(own, server_hostname=server.host)
    client = Client(own, server.host)
    try:
        if server.security == "starttls":
            if "STARTTLS" not in client.capabilities:
                raise NotEncrypted
            client.starttls(tls)
        yield client
    finally:
        with suppress(OSError):  # the line was cut before
            client.shutdown()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # the server was faster
        line.shutdown(socket.SHUT_RDWR)
    line.close()


@contextmanager
def _plainly(account: Account, doubt: str, seconds: float) -> Iterator[None]:
    """Tell what the network and the library raise as a ToolError."""
    name = account.imap.name
    try:
        yield
    except TimeoutError as error:
        raise ToolError(f"{name} did not answer within {seconds:g} seconds. {doubt}") from error
    except ssl.SSLCertVerificationError as error:
        raise ToolError(f"{name} has no certificate that can be trusted. {UNCHANGED}") from error
    except NotEncrypted as error:
        raise ToolError(f"{name} offers no encryption. {UNCHANGED}") from error
    except TooMuch as error:
        raise ToolError(f"{name} sent more than was to be taken. {doubt}") from error
    except MailboxLoginError as error:
        raise ToolError(REFUSED.format(host=account.imap.host)) from error
    except ConnectionRefusedError as error:
        raise ToolError(f"{name} could not be reached. {UNCHANGED}") from error
    except (OSError, imaplib.IMAP4.abort) as error:
        raise ToolError(f"{name} broke off the connection. {doubt}") from error
    except (ImapToolsError, imaplib.IMAP4.error, ValueError, LookupError, TypeError) as error:
        raise ToolError(f"{name} answered what cannot be understood. {doubt}") from error
