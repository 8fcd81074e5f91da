"""What the stories' tools reach on this machine: a calendar, a mailbox, a small web."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.app import App, keys_for
from tests.e2e.people import Person
from tests.servers.certificate import own_certificate
from tests.servers.imap import PASSWORD, USER, ImapServer, imap_server
from tests.servers.radicale import USERS, Radicale, radicale
from tests.servers.search import SmallWeb
from tests.servers.smtp import SmtpServer, smtp_server
from tests.vendors import VendorServer

HOSTS = "127.0.0.1,localhost"


@dataclass(frozen=True, slots=True)
class Outside:
    """The servers, and an app whose operator lets its tools reach them."""

    app: App
    calendar: Radicale
    imap: ImapServer
    smtp: SmtpServer
    web: SmallWeb

    async def connect_calendar(self, person: Person, name: str) -> None:
        """One more calendar of this name, and the person is connected to all of them."""
        self.calendar.make_calendar(name.lower(), name)
        user, password = next(iter(USERS.items()))
        form = {"server": self.calendar.url, "user": user, "password": password}
        await _connect(person, "caldav", form)

    async def connect_mailbox(self, person: Person) -> None:
        """The person is connected to the mailbox."""
        form = {"address": USER, "password": PASSWORD}
        for kind, port in (("imap", self.imap.tls_port), ("smtp", self.smtp.tls_port)):
            form |= {f"{kind}_host": "localhost", f"{kind}_security": "tls"}
            form[f"{kind}_port"] = str(port)
        await _connect(person, "mail", form)


async def _connect(person: Person, kind: str, form: dict[str, str]) -> None:
    answer = await person.context.request.post(
        f"{person.url}/api/connections/new/{kind}", form=form, headers={"Origin": person.url}
    )
    assert answer.ok, await answer.text()


@asynccontextmanager
async def reaching(new_data: Callable[[], Path], vendors: VendorServer) -> AsyncIterator[Outside]:
    """The servers and the app, as long as the block lasts."""
    folder = new_data()
    trusted = folder / "trusted.pem"
    trusted.write_text(own_certificate().public)
    with radicale(folder) as calendar:
        async with imap_server() as imap, smtp_server() as smtp, SmallWeb() as web:
            settings = {
                **keys_for(vendors),
                "PRIVATE_HOSTS": HOSTS,
                "SEARXNG_URL": web.base("searxng"),
                "SSL_CERT_FILE": str(trusted),
            }
            async with App(new_data(), settings) as app:
                yield Outside(app, calendar, imap, smtp, web)
