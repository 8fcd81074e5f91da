"""Requests in the books: put down before they are made, and booked once, whoever comes first.

What was estimated for a worker that seemed dead is corrected when its own figures come after all:
by a row of the difference, since rows are only added. Nothing else can be corrected: no vendor
tells later what one request came to (see `Draft.so_far`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

import structlog
from asyncpg import Connection, Record

from assistant.agent.types import Usage
from assistant.models import OpenRequest, UsageLog
from assistant.services import allowances, audit_chain
from assistant.services.request_meter import Made
from assistant.services.rows import Statement, insert, inserting
from assistant.services.usage import FIGURES, record
from assistant.vault import Vault

ANSWER, TITLE = "answer", "title"
CORRECTED = "corrected"  # the name of a correction, beside the id of what it corrects

_TAKE = "delete from open_requests where id = any($1::uuid[]) returning id"
_KNOWN = "select * from usage_logs where id = any($1::uuid[])"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Account:
    """For what requests are made. turn_id: None once the turn is gone with its conversation."""

    vault: Vault
    purpose: str
    turn_id: UUID | None = None


async def note(connection: Connection, account: Account, made: Sequence[Made]) -> None:
    """Put down the requests that are about to be made and are not put down yet."""
    for text, values in noting(account, made):
        await connection.execute(text, *values)


def noting(account: Account, made: Sequence[Made]) -> list[Statement]:
    """The statements of `note`."""
    return [
        inserting(
            OpenRequest(
                id=each.id,
                user_id=account.vault.user_id,
                turn_id=account.turn_id,
                provider=each.provider,
                model=each.model,
                purpose=account.purpose,
                read_tokens=each.read,
            ),
            again=True,
        )
        for each in made
        if not each.is_noted and not each.is_over
    ]


async def book(
    connection: Connection, account: Account, made: Sequence[Made], *, closes: bool = False
) -> dict[UUID, Decimal]:
    """Book the requests that are over. closes: the turn is, so the rest of its money is free.

    Returns the cost in USD of those that were put down until now, by their ids.
    """
    over = [each for each in made if each.is_over and not each.is_booked]
    if not over and not closes:
        return {}
    taken = {row["id"] for row in await connection.fetch(_TAKE, [each.id for each in over])}
    others = [each.id for each in over if each.id not in taken]
    wanted = [*others, *map(correction_of, others)]
    known = {row["id"]: row for row in await connection.fetch(_KNOWN, wanted)} if wanted else {}
    rows = [row for each in over if (row := _row(account, each, known)) is not None]
    await enter(connection, account, rows, closes=closes)
    costs = {row.id: row.cost for row in rows}
    return {each: costs.get(each, Decimal(0)) for each in taken}


def settled(made: Sequence[Made]) -> None:
    """What was noted and booked is in the database for good: its transaction has ended."""
    for each in made:
        each.is_noted, each.is_booked = True, each.is_over


async def enter(
    connection: Connection, account: Account, rows: Sequence[UsageLog], *, closes: bool
) -> None:
    """Add rows to the log, and their cost to what the plan has spent."""
    cost = sum((row.cost for row in rows), Decimal(0))
    if rows or closes:
        await allowances.settle(
            connection, account.vault.user_id, account.turn_id, cost, closes=closes
        )
    await insert(connection, *audit_chain.signed(account.vault, rows))


def correction_of(request_id: UUID) -> UUID:
    """The id of the row that corrects the row of a request."""
    return uuid5(request_id, CORRECTED)


def _row(account: Account, made: Made, known: dict[UUID, Record]) -> UsageLog | None:
    """What there is to add for a request; None where nothing is."""
    if made.usage is None:
        return None
    row = record(account.vault.user_id, made.usage, account.purpose, account.turn_id)
    row.id = made.id
    if (before := known.get(made.id)) is None:
        return row
    if not before["estimated"] or made.usage.estimated or correction_of(made.id) in known:
        return None
    return _corrected(row, before, made.usage)


def _corrected(row: UsageLog, before: Record, usage: Usage) -> UsageLog:
    """The row made into the difference to the one before."""
    row.id, row.details = correction_of(row.id), {"corrects": str(before["id"])}
    for figure in FIGURES:
        setattr(row, figure, getattr(row, figure) - before[figure])
    row.cost -= before["cost"]
    log.info("estimate_corrected", provider=usage.provider, model=usage.model, usd=str(row.cost))
    return row
