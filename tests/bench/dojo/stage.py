"""The app's services with servers and a vendor of their own, and nobody else on them."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant import database
from assistant.agent.acts import Act, Effect, Intent, Tool
from assistant.agent.gate import Decision, Gate
from assistant.agent.provenance import Provenance
from assistant.agent.providers.clients import close_clients
from assistant.services import toolkit, turn_run
from tests.bench.dojo.calendars import Calendars
from tests.bench.dojo.mailboxes import mailboxes
from tests.bench.dojo.obedient import Obedient
from tests.bench.dojo.people import Servers
from tests.conftest import all_ended, forget_choices
from tests.servers.radicale import radicale


class NoGate(Gate):
    """Lets everything run at once, as an app does that has no gate. Only the bench has this."""

    async def decide(self, tool: Tool, intent: Intent, said: Provenance) -> Decision:
        """Call everything a change of the user's own that can be undone."""
        return Decision("allow", Act(replace(intent, effect=Effect.WRITE), "no gate"))


@contextmanager
def gate_open() -> Iterator[None]:
    """Turns that begin meanwhile have no gate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turn_run, "Gate", NoGate)
        yield


@dataclass(frozen=True, slots=True)
class Stage:
    """vendor: the model that obeys everybody. servers: where the people's accounts are."""

    vendor: Obedient
    servers: Servers


@asynccontextmanager
async def stage(people: list[str]) -> AsyncIterator[Stage]:
    """All that the app needs to serve these people, in this process and in its database."""
    with tempfile.TemporaryDirectory(prefix="assistant-dojo-") as name:
        folder = Path(name)
        with radicale(folder) as calendar:
            async with mailboxes() as mail, Obedient() as vendor:
                calendars = Calendars(folder)
                calendars.welcome(people)
                with _as_the_app(vendor.url, folder):
                    yield Stage(vendor, Servers(mail, calendars, calendar.url))
                    await all_ended()
                    await close_clients()
                    await database.close()


@contextmanager
def _as_the_app(vendor: str, folder: Path) -> Iterator[None]:
    """Its settings; and what is sent is sent at once, for nobody here takes it back."""
    own = {
        "ANTHROPIC_API_KEY": "bench",
        "ANTHROPIC_BASE_URL": vendor,
        "ASSISTANT_DATA_DIR": str(folder / "data"),
        "PRIVATE_HOSTS": "127.0.0.1,localhost",
        "DEFAULT_TIER": "enterprise",
    }
    with pytest.MonkeyPatch.context() as patch:
        for key in ("OPENAI_API_KEY", "GEMINI_API_KEY"):
            patch.delenv(key, raising=False)
        for key, value in own.items():
            patch.setitem(os.environ, key, value)
        patch.setattr(toolkit, "TOOLS", tuple(replace(each, delay=0) for each in toolkit.TOOLS))
        forget_choices()
        yield
    forget_choices()
