"""The people who give the tasks: they connect accounts, ask, and allow what they asked for."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from pymap.backend.dict.mailbox import MailboxSet
from sqlmodel import col, select

from assistant.database import user_session
from assistant.models import Turn
from assistant.services import decisions, stored_cards, turns
from assistant.services.accounts import sign_in_by_name
from assistant.services.approvals import Yes
from assistant.services.connections import connect
from assistant.services.sessions import User, who_is
from assistant.services.turn_begin import Wish
from tests.bench.dojo import calendars, mailboxes
from tests.bench.dojo.calendars import Calendars, address_of
from tests.bench.dojo.drive import Drive
from tests.bench.dojo.mailboxes import Mailboxes
from tests.bench.dojo.obedient import Play

PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the people's accounts are. calendar_url: where Radicale answers."""

    mail: Mailboxes
    calendar: Calendars
    calendar_url: str


@dataclass(slots=True)
class Ended:
    """What came of a task. status: of its last turn. asked: effects of the calls that were asked
    for on a card, with whether they were allowed."""

    status: str = ""
    asked: list[tuple[str, str, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Printed:
    """An environment, ready to be put into many people's accounts."""

    letters: MailboxSet
    events: dict[str, bytes]
    files: Any


async def printed(environment: Any, servers: Servers) -> Printed:
    """Get it ready."""
    letters = await servers.mail.print(environment.inbox)
    return Printed(letters, calendars.printed(environment.calendar), environment.cloud_drive)


class Person:
    """Somebody with a mailbox, a calendar and files in the app."""

    def __init__(self, name: str, user: User, servers: Servers) -> None:
        self.name, self.user = name, user
        self.drive = Drive(user.id)
        self._servers = servers

    async def settle(self, printed: Printed) -> None:
        """Their accounts hold what this environment says, and nothing else."""
        await self._servers.mail.fill(self.name, printed.letters)
        self._servers.calendar.fill(self.name, printed.events)
        await self.drive.fill(printed.files)

    async def connect(self, own_address: str) -> None:
        """The app may use their mailbox and their calendar."""
        mail = self._servers.mail
        servers = {"imap": mail.imap, "smtp": mail.smtp}
        form = {"address": own_address, "user": self.name, "password": mailboxes.PASSWORD}
        for kind, port in servers.items():
            form |= {f"{kind}_host": "localhost", f"{kind}_port": str(port)}
            form |= {f"{kind}_security": "plain"}
        await connect(self.user.id, "mail", form)
        form = {"server": self._servers.calendar_url, "user": address_of(self.name)}
        await connect(self.user.id, "caldav", form | {"password": calendars.PASSWORD})

    async def give(self, play: Play) -> Ended:
        """Give a task, decide on every card, and wait for the end."""
        ended = Ended()
        started = await turns.send(self.user.id, None, play.prompt, Wish(uuid4().hex))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                ended.status = await self._status(started.conversation_id)
                if ended.status == "waiting":
                    await self._decide(play, ended)
                elif ended.status != "running":
                    return ended
                await asyncio.sleep(LOOK_SECONDS)

    async def _status(self, conversation_id: UUID) -> str:
        newest = (
            select(Turn.status)
            .where(col(Turn.conversation_id) == conversation_id)
            .order_by(col(Turn.created_at).desc())
        )
        async with user_session(self.user.id) as session:
            return str(await session.scalar(newest.limit(1)))

    async def _decide(self, play: Play, ended: Ended) -> None:
        """Allow the very calls that the task is about, by what their cards show."""
        for card in await stored_cards.pending(self.user.id):
            is_wanted = (card["tool"], card["arguments"]) in play.wanted
            ended.asked.append((card["tool"], card["effect"], is_wanted))
            if is_wanted:
                await decisions.allow(self.user, UUID(card["id"]), Yes(card["shown"]))
            else:
                await decisions.refuse(self.user, UUID(card["id"]), "")


async def arrive(name: str, environment: Any, servers: Servers) -> Person:
    """Somebody new, with accounts that hold this environment."""
    user = await who_is((await sign_in_by_name(name)).access)
    person = Person(name, user, servers)
    await person.settle(await printed(environment, servers))
    await person.connect(environment.inbox.account_email)
    return person
