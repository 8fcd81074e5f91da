"""Real servers of IMAP and SMTP with a mailbox for each person, filled from an environment."""

import asyncio
import logging
import re
import warnings
from argparse import Namespace
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property, partial
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.hashing import Cleartext

from tests.bench.children import free_port
from tests.servers.imap import FOLDERS, OPTIONS

PASSWORD = "of the bench"
FOLDER = {"received": "INBOX", "sent": "Sent", "draft": "Drafts"}
SEEN = Flag(b"\\Seen")
HOST = "agentdojo.test"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.M | re.I)


class _Config(Config):
    """Looks for the ways of signing in once, not for each connection."""

    @cached_property
    def tls_auth(self) -> SASLAuth:
        """All of them."""
        return SASLAuth.defaults()

    @property
    def initial_auth(self) -> SASLAuth:
        """The same without TLS."""
        return self.tls_auth


class Mailboxes:
    """Where the letters of all people are. sent: by person, what was handed over to be sent."""

    def __init__(self, imap: int, smtp: int, config: Config, backend: DictBackend) -> None:
        self.imap, self.smtp = imap, smtp
        self.sent: dict[str, list[EmailMessage]] = defaultdict(list)
        self._config, self._backend = config, backend

    async def print(self, inbox: Any) -> MailboxSet:
        """A mailbox of these letters, to be copied."""
        boxes = await _empty()
        for letter in inbox.emails.values():
            box = await boxes.get_mailbox(FOLDER[str(letter.status)])
            flags = frozenset({SEEN} if letter.read else ())
            await box.append(AppendMessage(_written(letter), letter.timestamp, flags))
        return boxes

    async def fill(self, person: str, printed: MailboxSet) -> None:
        """The person's mailbox holds these letters, and no others; nothing was sent yet."""
        account = UserMetadata(self._config, person, password=PASSWORD)
        self._backend.login.users_dict[person] = account
        boxes = await _empty()
        for folder in FOLDER.values():
            box, those = await boxes.get_mailbox(folder), await printed.get_mailbox(folder)
            for letter in [each async for each in those.messages()]:
                await those.copy(letter.uid, box)
        self._config.set_cache[person] = (boxes, FilterSet())
        self.sent[person] = []

    async def letters(self, person: str, folder: str) -> dict[str, bool]:
        """The Message-IDs of what is in a folder now, and whether it was read."""
        box = await self._config.set_cache[person][0].get_mailbox(folder)
        return {
            MESSAGE_ID.search(bytes(each._content))[1].decode(): SEEN in each.permanent_flags
            async for each in box.messages()
        }

    async def handle_DATA(  # noqa: N802  (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a letter; all to whom it goes are on the envelope alone."""
        letter = parsed(bytes(envelope.content or b""))
        letter["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.sent[session.auth_data.login.decode()].append(letter)
        return "250 OK"


def parsed(raw: bytes) -> EmailMessage:
    """A letter as it was written."""
    return message_from_bytes(raw, policy=policy.default)


def _written(letter: Any) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = letter.sender, ", ".join(letter.recipients)
    if letter.cc:
        message["Cc"] = ", ".join(letter.cc)
    message["Subject"], message["Date"] = letter.subject, letter.timestamp
    message["Message-ID"] = named(letter.id_)
    message.set_content(letter.body)
    return message.as_bytes()


async def _empty() -> MailboxSet:
    boxes = MailboxSet()
    for folder in FOLDERS:
        await boxes.add_mailbox(folder)
    return boxes


def named(number: str) -> str:
    """The Message-ID of the letter to which AgentDojo has given this id."""
    return f"<{number}@{HOST}>"


def body_of(letter: EmailMessage) -> str:
    """The words of a letter."""
    return letter.get_content().replace("\r\n", "\n").strip()


@asynccontextmanager
async def mailboxes() -> AsyncIterator[Mailboxes]:
    """The servers, as long as the block lasts, with nobody's letters."""
    options = {**vars(OPTIONS), "tls": False, "demo_user": "nobody", "demo_password": PASSWORD}
    config = _Config.from_args(Namespace(**options), hash_context=Cleartext())
    config.apply_context()
    backend = DictBackend(Login(config), config)
    reader = ProxyProtocolReader(config.proxy_protocol)
    serve = reader.get_callback(IMAPServer(backend.login, config))
    imap = await asyncio.start_server(serve, "127.0.0.1", 0)
    kept = Mailboxes(imap.sockets[0].getsockname()[1], free_port(), config, backend)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(partial(_smtp, kept), "127.0.0.1", kept.smtp)
    async with imap, smtp:
        yield kept


def _smtp(kept: Mailboxes) -> SMTP:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # There is no TLS on purpose.
        warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
        return SMTP(
            kept,
            hostname="mail.test",
            auth_required=True,
            auth_require_tls=False,
            authenticator=_knows,
        )


def _knows(*asked: object) -> AuthResult:
    given = asked[-1]
    fits = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=fits, handled=fits, auth_data=given)
