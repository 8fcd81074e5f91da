"""How the audit log is asked of the database: both of its tables as one, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from assistant.errors import Refused

REQUESTS = "requests"  # in place of a tool: what models were asked
NO_PLACE = "This place in the log does not exist. Read it from its beginning."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ORDER = "order by {0}created_at desc, coalesce({0}seq, 0) desc, {0}id desc limit {1}"
_CALLS = """
    select false as is_request, id, seq, created_at, turn_id, tool as what, effect, status, rule,
           input, output, undo is not null as leaves_undo, seconds,
           metadata ->> 'approval' as approval, metadata ? 'undo' as is_undo,
           '' as purpose, 0 as tokens_in, 0 as tokens_out, null::numeric as cost
    from tool_executions
"""
_REQUESTS = """
    select true, id, seq, created_at, turn_id, model, 'read', 'done', '',
           null::bytea, null::bytea, false, 0,
           null, false, purpose,
           input_tokens + cache_read_tokens + cache_write_tokens, output_tokens, cost
    from usage_logs
"""
# What is asked of a row that is shown is asked behind the limit, by an index.
_SHOWN = """
    select found.*,
        (select conversation_id from turns where turns.id = found.turn_id) as conversation_id,
        exists (select from tool_executions later where later.undoes = found.id) as undone
    from ({found}) found {order}
"""
CARDS = "select id, facts from approvals where id = any($1::uuid[])"
GRANTS = "select id, created_at from tool_permissions where id = any($1::uuid[])"


class Before(NamedTuple):
    """A place in the log: what stands behind it is older."""

    at: datetime
    seq: int
    id: UUID

    def spelled(self) -> str:
        """As an address holds it."""
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.seq}.{self.id.hex}"

    @classmethod
    def read(cls, spelled: str) -> "Before":
        """What `spelled` gave. Raises Refused."""
        try:
            at, seq, row_id = spelled.split(".")
            int(seq).to_bytes(8, signed=True)  # larger ones stand in no row
            return cls(EPOCH + timedelta(microseconds=int(at)), int(seq), UUID(row_id))
        except (ValueError, OverflowError) as error:
            raise Refused(NO_PLACE) from error


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted of the log. what: a tool's name, or REQUESTS. status: of calls.

    days: only the last so many, 0 for all. words: see `audit.page`.
    """

    what: str = ""
    status: str = ""
    conversation_id: UUID | None = None
    days: int = 0
    words: str = ""


class _Values(list[Any]):
    """The values of a query for the driver."""

    def named(self, value: Any) -> str:  # noqa: ANN401  (any that the driver knows)
        """How the query names this value."""
        self.append(value)
        return f"${len(self)}"


def rows(filters: Filters, before: Before | None, limit: int) -> tuple[str, list[Any]]:
    """The driver's query for rows behind a place, and its values."""
    values = _Values()
    both = _common(filters, before, values)
    calls, requests = list(both), list(both)
    if filters.what == REQUESTS:
        calls.append("false")
    elif filters.what:
        calls.append(f"tool = {values.named(filters.what)}")
    if filters.status:
        calls.append(f"status = {values.named(filters.status)}")
    if filters.status or filters.what not in ("", REQUESTS):
        requests.append("false")
    found = " union all ".join(
        f"({table} where {' and '.join(conditions) or 'true'} {_ORDER.format('', limit)})"
        for table, conditions in ((_CALLS, calls), (_REQUESTS, requests))
    )
    return _SHOWN.format(found=found, order=_ORDER.format("found.", limit)), values


def _common(filters: Filters, before: Before | None, values: _Values) -> list[str]:
    """The conditions on rows of both tables."""
    conditions: list[str] = []
    if before:
        at, seq, row_id = map(values.named, before)
        conditions.append(f"created_at <= {at}")  # an index knows no more than that
        conditions.append(f"(created_at, coalesce(seq, 0), id) < ({at}, {seq}, {row_id})")
    if filters.days:
        days = values.named(filters.days)
        conditions.append(f"created_at > now() - make_interval(days => {days})")
    if filters.conversation_id:
        talk = values.named(filters.conversation_id)
        mine = f"select id from turns where conversation_id = {talk}"  # noqa: S608
        conditions.append(f"turn_id in ({mine})")
    return conditions
