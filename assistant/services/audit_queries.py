"""How the audit log is asked of the database: both of its tables as one, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text

from assistant.errors import Refused

REQUESTS = "requests"  # in place of a tool: what models were asked
NO_PLACE = "This place in the log does not exist. Read it from its beginning."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ORDER = "order by created_at desc, coalesce(seq, 0) desc, id desc limit :limit"
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
CARDS = text("select id, facts from approvals where id = any(:ids)")


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


def rows(filters: Filters, before: Before | None, limit: int) -> tuple[TextClause, dict[str, Any]]:
    """The query for rows behind a place, and its values."""
    both, values = _common(filters, before)
    calls, requests = list(both), list(both)
    if filters.what == REQUESTS:
        calls.append("false")
    elif filters.what:
        calls.append("tool = :what")
        values["what"] = filters.what
    if filters.status:
        calls.append("status = :status")
        values["status"] = filters.status
    if filters.status or filters.what not in ("", REQUESTS):
        requests.append("false")
    found = " union all ".join(
        f"({table} where {' and '.join(conditions) or 'true'} {_ORDER})"
        for table, conditions in ((_CALLS, calls), (_REQUESTS, requests))
    )
    said = f"""
        select found.*, turns.conversation_id, exists (
            select from tool_executions later where later.undoes = found.id
        ) as undone
        from ({found}) found left join turns on turns.id = found.turn_id
        {_ORDER.replace("created_at", "found.created_at").replace("id desc", "found.id desc")}
    """  # noqa: S608  (of constants)
    return text(said), values | {"limit": limit}


def _common(filters: Filters, before: Before | None) -> tuple[list[str], dict[str, Any]]:
    """The conditions on rows of both tables."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if before:
        conditions.append("created_at <= :at")  # an index knows no more than that
        conditions.append("(created_at, coalesce(seq, 0), id) < (:at, :seq, :id)")
        values |= before._asdict()
    if filters.days:
        conditions.append("created_at > now() - make_interval(days => :days)")
        values["days"] = filters.days
    if filters.conversation_id:
        conditions.append("turn_id in (select id from turns where conversation_id = :conversation)")
        values["conversation"] = filters.conversation_id
    return conditions, values
