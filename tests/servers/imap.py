"""A real server of IMAP (pymap) on loopback, with one mailbox."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from imap_tools import MailBoxUnencrypted
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

from tests.servers.certificate import own_certificate

USER, PASSWORD = "alice@example.com", "correct horse"
FOLDERS = ("Sent", "Drafts", "Trash", "Archive")
OPTIONS = Namespace(
    host=["127.0.0.1"], port="0", debug=False, cert=None, key=None, tls=True, proxy_protocol=None,
    passlib_cfg=None, demo_data=False, demo_user=USER, demo_password=PASSWORD,
    inherited_sockets=None,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImapServer:
    """port: plain, with STARTTLS. tls_port: TLS from the beginning.

    Its methods are another client, by which a test sees what is really in the mailbox.
    """

    port: int
    tls_port: int

    async def put(
        self, raw: bytes, folder: str = "INBOX", *flags: str, when: datetime | None = None
    ) -> None:
        """A letter comes in."""
        await self._done(lambda box: box.append(raw, folder, when, flags))

    async def letters(self, folder: str) -> list[tuple[tuple[str, ...], bytes]]:
        """The letters in a folder: their flags and what they are made of."""

        def look(box: MailBoxUnencrypted) -> list[tuple[tuple[str, ...], bytes]]:
            box.folder.set(folder, readonly=True)
            found = box.fetch(mark_seen=False)
            return [(each.flags, each.obj.as_bytes()) for each in found]

        return await self._done(look)

    async def make(self, *folders: str) -> None:
        """Folders come to be."""
        await self._done(lambda box: [box.folder.create(each) for each in folders])

    async def drop(self, *folders: str) -> None:
        """Folders go, with all that is in them."""
        await self._done(lambda box: [box.folder.delete(each) for each in folders])

    async def _done(self, work):
        def signed_in():
            with MailBoxUnencrypted("127.0.0.1", self.port, timeout=30) as box:
                return work(box.login(USER, PASSWORD, None))

        return await asyncio.to_thread(signed_in)


@asynccontextmanager
async def imap_server() -> AsyncIterator[ImapServer]:
    """A server with the usual folders and no letter."""
    backend, config = await DictBackend.init(OPTIONS, ssl_context=own_certificate().server)
    config.apply_context()
    serve = ProxyProtocolReader(config.proxy_protocol).get_callback(
        IMAPServer(backend.login, config)
    )
    plain = await asyncio.start_server(serve, "127.0.0.1", 0)
    tls = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=own_certificate().server)
    async with plain, tls:
        ports = (each.sockets[0].getsockname()[1] for each in (plain, tls))
        server = ImapServer(*ports)
        await server.make(*FOLDERS)
        yield server
