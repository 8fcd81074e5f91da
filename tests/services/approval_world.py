"""What the machine of approvals holds on to: one wall, some calls, and who decides of them."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from assistant.database import user_session
from assistant.errors import NotFound, Refused
from assistant.services import approval_run, approvals, permissions
from assistant.services.approvals import Yes
from tests.conftest import signed_in
from tests.services.counted import Wall
from tests.services.expected_calls import Call, Stalled
from tests.services.stepping import Stepping
from tests.services.talk import shown
from tests.services.waiting import part_of


class Died(BaseException):
    """The worker is killed here."""


class World(Stepping):
    """What there is, and what the database, the log and the page tell of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, db: str, folder: Path) -> None:
        super().__init__(loop, db)
        self.wall = Wall(folder / uuid4().hex)
        self.calls: list[Call] = []
        self.stalled: list[Stalled] = []
        self.grants: dict[str, UUID] = {}
        self.fate: tuple[str, str] = ("", "")
        self.reached, self.wakes = asyncio.Event(), asyncio.Event()

    def a_call(self, at: int, *statuses: str) -> Call:
        """Some call, mostly one of these statuses, where the step means most."""
        fitting = [call for call in self.calls if call.status in statuses and at % 4]
        among = fitting or self.calls
        return among[at % len(among)]

    async def _begin(self) -> None:
        self._admin = await asyncpg.connect(self.db)
        self.alice = await signed_in(f"Alice {uuid4().hex[:12]}")
        self.bob = await signed_in(f"Bob {uuid4().hex[:12]}")

    async def passing(self, where: str) -> None:
        """A worker passes this place beside an effect, if it does."""
        if self.fate[0] != where:
            return
        fate, self.fate = self.fate[1], ("", "")
        if fate == "dies":
            raise Died
        wakes = self.wakes
        self.reached.set()
        await wakes.wait()

    async def _grant(self, tool: str) -> UUID:
        async with user_session(self.alice.id) as session:
            return await permissions.grant(session, tool)

    def is_revoked(self, call: Call) -> bool:
        """Whether the grant by which it would begin now is there no more."""
        known = self.grants.get(call.tool) == call.grant
        return call.status == "approved" and call.grant is not None and not known

    def refusal(self, decision: Awaitable[Any]) -> str:
        """Why it is not so decided; "" when it is."""
        try:
            self.do(decision)
        except (Refused, NotFound) as error:
            return str(error)
        return ""

    def approved(self, call: Call, yes: Yes) -> bool:
        return not self.refusal(approvals.approve(self.alice.id, call.id, yes))

    def running(self) -> list[Call]:
        """Those whose tool a worker would call now."""
        return [call for call in self.calls if call.is_run and not self.is_revoked(call)]

    async def _stall(self, call: Call) -> asyncio.Task[None]:
        work = asyncio.create_task(approval_run.carry_out(self.alice.id, call.id))
        await self.reached.wait()
        return work

    def _begun(self, call: Call, where: str) -> None:
        call.status, call.is_due = "executing", False
        call.tries += 1
        if where == "after":
            call.happened()

    async def _wake(self, late: Stalled) -> None:
        late.wakes.set()
        await late.work

    async def _all_stored(self) -> tuple[dict[UUID, str], dict[str, list[str]]]:
        """The status of each approval, and what the log says of each."""
        statuses = "select id, status from approvals where user_id = $1"
        log = (
            "select metadata ->> 'approval' as of, array_agg(status order by seq) as life "
            "from tool_executions where user_id = $1 group by 1"
        )
        stored = await self._admin.fetch(statuses, self.alice.id)
        lives = await self._admin.fetch(log, self.alice.id)
        return dict(map(tuple, stored)), dict(map(tuple, lives))

    def stored(self, call: Call) -> Any:
        (row,) = self.admin("select * from approvals where id = $1", call.id)
        return row

    def life(self, call: Call) -> list[str]:
        """What the log says of it."""
        sql = "select status from tool_executions where metadata ->> 'approval' = $1 order by seq"
        return [row["status"] for row in self.admin(sql, str(call.id))]

    def part(self, call: Call) -> dict[str, Any]:
        """What the page shows of it."""
        place = self.stored(call)["conversation_id"]
        return part_of(call.card, self.do(shown(self.alice, place)))
