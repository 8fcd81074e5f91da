"""What the user permits the tools: a rule for each, and grants for some of their calls."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import ColumnElement, func, or_, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select, update

from assistant.agent.acts import Tool
from assistant.agent.gate import GRANTED, Grant, Permissions, Rule
from assistant.database import user_connection, user_of, user_session
from assistant.errors import NotFound, Refused
from assistant.models import ToolPermission
from assistant.services.keys import UNREADABLE, opened_or, vault_in, vault_over
from assistant.vault import Vault

PLACE = "tool_permissions.target"
LONGEST = timedelta(days=90)  # of a grant that holds everywhere
RULE = "rule <> 'grant'"
_HOLDING = """
    from tool_permissions
    where revoked_at is null and (expires_at is null or expires_at > now())
      and (conversation_id is null or conversation_id = $1)
"""
_PERMITTED = f"select id, tool, rule, target {_HOLDING}"
AS_ROWS = f"select row(id, tool, rule, target) {_HOLDING}"  # for a part of another query
_USE = """
    update tool_permissions set used_at = now()
    where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())
    returning id
"""
NEVER_ALLOWED = "What sends or deletes always asks. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant as the user sees it. target: "" where it covers all calls of the tool."""

    id: UUID
    tool: str
    target: str
    conversation_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


async def permitted(user_id: UUID, conversation_id: UUID) -> Permissions:
    """What holds at this moment in this conversation."""
    async with user_connection(user_id) as connection:  # each prompt asks
        rows = await connection.fetch(_PERMITTED, conversation_id)
        vault = await vault_over(connection, user_id, [row["target"] for row in rows])
    return permitted_by(rows, vault)


def permitted_by(rows: Iterable[Iterable[Any]], vault: Vault) -> Permissions:
    """What these rows of id, tool, rule and target permit."""
    rules: dict[str, Rule] = {}
    grants: list[Grant] = []
    for row_id, tool, rule, target in rows:
        if rule == "grant":
            grants.append(Grant(str(row_id), tool, _target(row_id, target, vault)))
        else:
            rules[tool] = rule
    return Permissions(rules, tuple(grants))


def _in_force() -> ColumnElement[bool]:
    unexpired = or_(
        col(ToolPermission.expires_at).is_(None), col(ToolPermission.expires_at) > func.now()
    )
    return col(ToolPermission.revoked_at).is_(None) & unexpired


def _target(row_id: UUID, sealed: bytes | None, vault: Vault) -> str | None:
    return opened_or(vault, PLACE, row_id, sealed, UNREADABLE) if sealed else None


async def rules(user_id: UUID) -> dict[str, Rule]:
    """The rules that the user has chosen, by tool; for the others "allow" holds."""
    query = select(ToolPermission.tool, ToolPermission.rule).where(
        _in_force(), col(ToolPermission.rule) != "grant"
    )
    async with user_session(user_id) as session:
        return {row.tool: row.rule for row in await session.execute(query)}


async def choose(user_id: UUID, tool: Tool, rule: Rule) -> None:
    """Let a rule hold for a tool, within what its class may have. Raises Refused.

    What sends or destroys cannot be allowed altogether. It asks by itself, unless a grant covers
    the call, so that needs no rule.
    """
    if tool.effect not in GRANTED:
        await set_rule(user_id, tool.name, rule)
        return
    if rule == "allow":
        raise Refused(NEVER_ALLOWED)
    await set_rule(user_id, tool.name, "off" if rule == "off" else "allow")


async def set_rule(user_id: UUID, tool: str, rule: Rule) -> None:
    """Let this rule hold for all calls of a tool; "allow" is what holds without one."""
    async with user_session(user_id) as session:
        if rule == "allow":
            mine = (col(ToolPermission.tool) == tool, col(ToolPermission.rule) != "grant")
            await session.execute(delete(ToolPermission).where(*mine))
            return
        row = insert(ToolPermission).values(
            **ToolPermission(user_id=user_id, tool=tool, rule=rule).model_dump(
                include={"id", "user_id", "tool", "rule"}
            )
        )
        await session.execute(
            row.on_conflict_do_update(
                index_elements=["user_id", "tool"],
                index_where=text(RULE),  # as words: a plan for any value fits no partial index
                set_={"rule": rule},
            )
        )


async def grant(
    session: AsyncSession, tool: str, *, conversation_id: UUID | None = None, target: str = ""
) -> UUID:
    """Allow a tool's calls from now on, in this transaction. Returns the grant's id.

    target: only those that reach nobody and nothing else. What holds everywhere ends by itself.
    """
    row = ToolPermission(
        user_id=user_of(session), tool=tool, rule="grant", conversation_id=conversation_id
    )
    if target:
        row.target = (await vault_in(session)).seal(PLACE, row.id, target)
    if conversation_id is None:
        row.expires_at = func.now() + LONGEST  # type: ignore[assignment]
    session.add(row)
    await session.flush()
    return row.id


async def use(connection: Connection, rule: str) -> bool:
    """A call is about to run by this grant: note it. False when the grant holds no longer."""
    return await connection.fetchval(_USE, UUID(rule)) is not None


async def granted(user_id: UUID) -> list[Granted]:
    """The grants that hold, the newest first."""
    query = select(ToolPermission).where(_in_force(), col(ToolPermission.rule) == "grant")
    async with user_session(user_id) as session:
        rows = (await session.scalars(query.order_by(col(ToolPermission.created_at).desc()))).all()
        vault = await vault_in(session, [row.target for row in rows])
    return [
        Granted(
            row.id,
            row.tool,
            _target(row.id, row.target, vault) or "",
            row.conversation_id,
            row.created_at,
            row.expires_at,
            row.used_at,
        )
        for row in rows
    ]


async def revoke_for(session: AsyncSession, tools: Collection[str]) -> None:
    """End the grants for these tools: they are not any more what the user has allowed."""
    theirs = (col(ToolPermission.tool).in_(tools), col(ToolPermission.rule) == "grant")
    ended = update(ToolPermission).where(*theirs, _in_force()).values(revoked_at=func.now())
    await session.execute(ended)


async def revoke(user_id: UUID, grant_id: UUID) -> None:
    """End a grant at once, also for turns that run. Raises NotFound."""
    mine = (col(ToolPermission.id) == grant_id, col(ToolPermission.rule) == "grant")
    ended = update(ToolPermission).where(*mine).values(revoked_at=func.now())
    async with user_session(user_id) as session:
        if (await session.execute(ended.returning(col(ToolPermission.id)))).first() is None:
            raise NotFound("permission")
