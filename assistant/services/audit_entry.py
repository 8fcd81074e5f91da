"""One line of the audit log: what was done, who or what allowed it, and what left for where."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record

from assistant.agent.acts import Tool
from assistant.agent.gate import OWN
from assistant.services import contents
from assistant.services.audit_queries import GRANTS
from assistant.services.keys import UNREADABLE, opened_or
from assistant.services.model_choice import name_of
from assistant.services.undo import FOR
from assistant.vault import Vault

YOU = "You"
HAPPENED = ("done", "undone")
SILENT = {"title": " for a title", "summary": " for a summary"}
OWN_RULES = {rule: f"No need to ask: {rule}" for rule in OWN.values()}
NOBODY = {
    "asked": "Waits for you",
    "expired": "Nobody decided in time",
    "denied": "No rule allows it",
}
Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log, opened.

    kind: call or request. what: the tool or the model; verb: that in words. sentence: what the card
    said. approved_by: who or which rule. targets: see `approval_cards.facts`. asked, answered: the
    arguments as JSON, and the outcome. cost: USD. undo: it can be taken back now.
    """

    id: UUID
    kind: str
    seq: int | None
    at: datetime
    what: str
    verb: str
    status: str
    effect: str
    approved_by: str
    sentence: str
    targets: list[dict[str, str]]
    asked: str
    answered: str
    seconds: float
    tokens_in: int
    tokens_out: int
    cost: str
    conversation_id: UUID | None
    undo: bool
    undone: bool


COLUMNS = [field.name for field in fields(Entry)]


def plain(one: Entry) -> dict[str, Any]:
    """An entry in values of JSON, by its columns."""
    told = {name: getattr(one, name) for name in COLUMNS}  # `asdict` copies each value, too
    told |= {"id": str(one.id), "at": one.at.isoformat()}
    told["conversation_id"] = one.conversation_id and str(one.conversation_id)
    return told


async def grants_of(connection: Connection, rules: set[str]) -> dict[str, str]:
    """The grants among these rules, in words; also those that hold no longer."""
    ids = [UUID(rule) for rule in rules if len(rule) == len(str(UUID(int=0)))]
    if not ids:
        return {}
    rows = await connection.fetch(GRANTS, ids)
    return {str(row["id"]): f"Your permission of {row['created_at']:%-d %b %Y}" for row in rows}


def facts_of(approval: str, sealed: bytes | None, vault: Vault) -> Card:
    """What the card of a call has shown, nothing where that does not open."""
    if sealed is None:
        return {}
    opened = opened_or(vault, "approvals.facts", UUID(approval), sealed, "{}")
    card: Card = contents.read(opened, [])
    return card if isinstance(card, dict) else {}


def entry(
    row: Record, card: Card, tools: dict[str, Tool], grants: dict[str, str], vault: Vault
) -> Entry:
    """The line of a row. card: what its approval has shown. tools: by name, for their words."""
    cost = row["cost"]
    return Entry(
        id=row["id"],
        kind="request" if row["is_request"] else "call",
        seq=row["seq"],
        at=row["created_at"],
        what=row["what"],
        verb=_verb(row, tools),
        status=row["status"],
        effect=row["effect"],
        approved_by="" if row["is_request"] else _approved_by(row, grants),
        sentence=card.get("sentence", ""),
        targets=card.get("targets", []),
        asked=_asked(row, vault),
        answered=_opened(row, "output", vault),
        seconds=row["seconds"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        cost="" if cost is None else f"{cost.normalize():f}",
        conversation_id=row["conversation_id"],
        undo=_can_be_undone(row),
        undone=row["undone"],
    )


def _verb(row: Record, tools: dict[str, Tool]) -> str:
    """What was done, or is not done and only asked for, allowed, begun or refused."""
    what: str = row["what"]
    if row["is_request"]:
        return f"Asked {name_of(what)}{SILENT.get(row['purpose'], '')}"
    tool = tools.get(what)
    if tool and row["status"] in HAPPENED:
        return tool.label
    called = tool.called if tool else what.replace("_", " ")
    return called[:1].upper() + called[1:]


def _approved_by(row: Record, grants: dict[str, str]) -> str:
    if row["rule"] in OWN_RULES:
        return OWN_RULES[row["rule"]]
    if row["rule"] == "off":
        return "You have turned the tool off"
    if row["rule"]:
        return grants.get(row["rule"], "A permission of yours")
    if (row["approval"] or row["is_undo"]) and row["status"] not in ("asked", "expired"):
        return YOU
    return NOBODY.get(row["status"], "")


def _asked(row: Record, vault: Vault) -> str:
    """The arguments as JSON; they are stored as a list of one."""
    stored = _opened(row, "input", vault)
    if not stored or stored == UNREADABLE:
        return stored
    read = contents.read(stored, [{}])
    return contents.dump(read[0] if isinstance(read, list) and read else read)


def _opened(row: Record, column: str, vault: Vault) -> str:
    return opened_or(vault, f"tool_executions.{column}", row["id"], row[column], UNREADABLE)


def _can_be_undone(row: Record) -> bool:
    young = row["created_at"] > datetime.now(UTC) - FOR
    return bool(row["leaves_undo"] and row["status"] == "done" and not row["undone"] and young)
