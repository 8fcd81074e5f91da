"""Whether an account still lets us in: each call finds out, and the settings show it."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func

from assistant.database import user_session
from assistant.errors import AccessRefused, NotFound, ToolError
from assistant.models import Connection
from assistant.services import background
from assistant.services.connection_rows import REASON, locked
from assistant.services.keys import vault_in
from assistant.vault import Vault

Result = TypeVar("Result")
_FOR_MODELS = re.compile(r"The user can ([^.;]*) in Settings, Connections(?:; ([^.]*))?\.")


def for_people(error: ToolError) -> str:
    """The sentence without what is meant for a model: the user is where it would send them."""
    said = _FOR_MODELS.sub(lambda found: f"{found[2]}." if found[2] else "", str(error))
    return " ".join(said.split())


def mark(row: Connection, vault: Vault, reason: str) -> None:
    """Let a row say why its account is failing, "" for one that works."""
    row.status, row.checked_at = "failing" if reason else "ok", func.now()  # type: ignore[assignment]
    row.reason = vault.seal(REASON, row.id, reason) if reason else None


async def note(user_id: UUID, connection_id: UUID, reason: str) -> None:
    """As `mark`; one that was disconnected meanwhile stays so."""
    with suppress(NotFound):
        async with user_session(user_id) as session:
            row = await locked(session, connection_id)
            mark(row, await vault_in(session), reason)


class Standing:
    """How a connection stands, as far as the calls of one turn know. reason: as `mark` has it."""

    def __init__(self, user_id: UUID, connection_id: UUID, reason: str) -> None:
        self._where = user_id, connection_id
        self._reason = reason

    async def heeding(
        self, call: Awaitable[Result], disproves: Callable[[str], bool] = bool
    ) -> Result:
        """What a call to the account gives. What it tells of the account is noted behind it.

        disproves: whether a call that works shows that this reason holds no longer.
        """
        try:
            result = await call
        except AccessRefused as error:
            self._now(for_people(error))
            raise
        if disproves(self._reason):
            self._now("")
        return result

    def _now(self, reason: str) -> None:
        if reason != self._reason:
            self._reason = reason
            # No call waits for this, or fails by it: it may have had its effect already.
            background.spawn(note(*self._where, reason))


class Heeded:
    """A backend of any protocol, whose calls tell how its connection stands.

    unsent: why another server than that of all other calls does not let `send` in, if there is one;
    each of the two tells nothing of the other.
    """

    def __init__(self, backend: object, standing: Standing, unsent: str | None = None) -> None:
        self._backend = backend
        self._standing = standing
        self._unsent = unsent

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._backend, name)

        def disproves(reason: str) -> bool:
            return self._unsent is None or (reason == self._unsent) == (name == "send")

        async def heeded(*given: object, **named: object) -> Any:  # noqa: ANN401
            return await self._standing.heeding(method(*given, **named), disproves)

        return heeded
