"""Google on loopback: who somebody is, what they grant, their calendar and their mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.identity.grants import Grants
from tests.identity.server import Providers
from tests.servers.gmail import GmailServer, gmail_server
from tests.servers.google_calendar import GoogleCalendarServer, google_calendar

HOME = "home@group.calendar.google.com"
ADDRESS = "alice@example.com"


@dataclass
class Google:
    """All of it; the account is Alice's, who has the calendar Home and no letter."""

    providers: Providers
    calendar: GoogleCalendarServer
    mail: GmailServer

    @property
    def grants(self) -> Grants:
        """What was granted."""
        return self.providers.grants

    def settings(self) -> dict[str, str]:
        """The environment that makes the app ask this Google, and lets its tools reach it."""
        own = {k: v for k, v in self.providers.settings().items() if k.startswith("GOOGLE_")}
        urls = {"GOOGLE_CALENDAR_URL": self.calendar.url, "GOOGLE_MAIL_URL": self.mail.url}
        return own | urls | {"PRIVATE_HOSTS": "127.0.0.1,localhost"}


@asynccontextmanager
async def google() -> AsyncIterator[Google]:
    """All of it, as long as the block lasts."""
    claims = {"sub": "alice-at-google", "email": ADDRESS, "name": "Alice"}
    async with (
        Providers(claims=claims) as providers,
        google_calendar() as calendar,
        gmail_server() as mail,
    ):
        calendar.make_calendar(HOME, "Home")
        calendar.lets_in = mail.lets_in = providers.grants.lets_in
        yield Google(providers, calendar, mail)
