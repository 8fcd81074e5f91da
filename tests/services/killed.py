"""A process of its own that kills itself with SIGKILL before the n-th message that it sends.

Whatever it does to the world goes over a socket (to PostgreSQL, to a server of mail or calendars)
or through a tool of `counted.py`, so these are all the moments at which its end can differ.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from assistant import database
from assistant.agent.tools import TOOLS
from assistant.agent.types import ToolFinished
from assistant.config import settings
from assistant.database import user_connection, user_session
from assistant.services import approval_run, files, toolkit, turn_run, turns, undo
from assistant.services.imports import import_archive
from assistant.services.sessions import User
from tests.conftest import all_ended
from tests.services.counted import Wall, tools_at
from tests.services.talk import wish

Work = Callable[..., Coroutine[Any, Any, None]]

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.services.before_the_forks"])
KEPT = ("ASSISTANT_", "DATABASE_", "PRIVATE_HOSTS")


async def at_each_step(
    work: Work,
    prepared: Callable[[], Awaitable[tuple[Any, ...]]],
    after: Callable[..., Awaitable[None]],
) -> None:
    """Kill the work before its first step, its second and so on, until it comes to its end.

    prepared: for whom and on what it works each time. after: looks at what is true then.
    """
    for step in count(1):
        given = await prepared()
        unhurt = await survives(step, work, *given)
        await after(*given)
        if unhurt:
            return


async def survives(step: int, work: Work, user_id: UUID, *given: Any) -> bool:
    """Whether the work comes to its end before the process is killed at this step."""
    environment = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    arguments = (step, environment, work, user_id, *given)
    process = PROCESSES.Process(target=_run, args=arguments)
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode in (0, -signal.SIGKILL)
    ended = process.exitcode == 0
    process.close()
    return ended


def _run(step: int, environment: dict[str, str], work: Work, user_id: UUID, *given: Any) -> None:
    os.environ.update(environment)
    settings.cache_clear()
    asyncio.run(_killed_at(step, work, user_id, *given))


async def _killed_at(step: int, work: Work, user_id: UUID, *given: Any) -> None:
    async with user_session(user_id) as session, user_connection(user_id):
        await session.execute(text("select 1"))  # to connect is no part of the work
    await work(Steps(step), user_id, *given)
    await database.close()


class Steps:
    """Counts, and kills at the one that is fatal."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal

    def pass_one(self) -> None:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    async def passing(self, _where: str) -> None:
        """As `counted.tools_at` tells it."""
        self.pass_one()

    def count_messages(self) -> None:
        """Whatever this process sends from now on is a step."""
        for name in ("send", "sendall"):
            setattr(socket.socket, name, self._counted(getattr(socket.socket, name)))

    def _counted(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def counted(line: socket.socket, *given: Any) -> Any:
            if line.family != socket.AF_UNIX:  # by which threads of this process wake each other
                self.pass_one()
            return send(line, *given)

        return counted


def _have_counted_tools(steps: Steps, wall: Path) -> None:
    toolkit.TOOLS = (*TOOLS, *tools_at(Wall(wall), steps.passing))


async def carry_out(steps: Steps, user_id: UUID, approval_id: UUID, wall: Path) -> None:
    """Run a call that was allowed."""
    steps.count_messages()
    _have_counted_tools(steps, wall)
    await approval_run.carry_out(user_id, approval_id)


async def act(steps: Steps, user_id: UUID, approval_id: UUID) -> None:
    """The same; to claim the call is no part of the work, which begins with the tool."""
    run = approval_run.executed

    async def counted(*given: Any) -> ToolFinished:
        steps.count_messages()
        return await run(*given)

    approval_run.executed = counted
    await approval_run.carry_out(user_id, approval_id)


async def say(steps: Steps, user_id: UUID, words: str, wall: Path) -> None:
    """Send a message and see its turn through."""
    steps.count_messages()
    _have_counted_tools(steps, wall)
    started = await turns.send(user_id, None, words, wish())
    await turn_run._running[started.turn_id].task
    await all_ended()


async def bring_back(steps: Steps, user_id: UUID, session_id: UUID, archive: bytes) -> None:
    """Import an archive; what comes before its first file is kept is no part of the work."""
    keep = files.keep

    async def counted(*given: Any) -> files.File:
        steps.count_messages()
        return await keep(*given)

    files.keep = counted
    await import_archive(User(user_id, session_id), archive)


async def take_back(steps: Steps, user_id: UUID, execution_id: UUID) -> None:
    """Undo a call."""
    steps.count_messages()
    await undo.undo(user_id, execution_id)
