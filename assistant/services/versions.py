"""Versions of a message: those that stand below the same one, and which of them is shown.

A message that is edited, or an answer that is given anew, stands beside the old one and replaces
nothing. What is shown is the branch that ends at the conversation's head, for all pages alike; what
is sent next goes on from there.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record

from assistant.database import user_connection
from assistant.errors import NotFound, Refused
from assistant.services import signals
from assistant.services.one_by_one import HOLD

WRITING = (
    "An answer is being written here. Stop it, or wait for its end; then the other version can be "
    "shown."
)

# Most messages have no other version: nothing is told of those.
_VERSIONS = "select array_agg(id order by created_at, id) as ids from messages"
_BELOW = f"""
    {_VERSIONS} where parent_id = any($1::uuid[]) group by parent_id having count(*) > 1
"""
_FIRST = f"{_VERSIONS} where conversation_id = $1 and parent_id is null having count(*) > 1"
_CONVERSATION = """
    select head_id, exists (
        select from turns where conversation_id = conversations.id and status = 'running'
    ) as is_writing
    from conversations where id = $1 and deleted_at is null
"""
# Parents and children are found one by one: a join would be planned for a branch of usual length.
_UP = """
    with recursive branch as (
        select id, parent_id, 1 as depth from messages where id = $1
        union all
        select m.id, m.parent_id, branch.depth + 1
        from branch cross join lateral (
            select * from messages where id = branch.parent_id and branch.id <> $2 limit 1
        ) as m
    )
    select depth from branch where id = $2
"""
_END = """
    with recursive below as (
        select id, created_at, 1 as depth from messages where id = $1 and conversation_id = $2
        union all
        select m.id, m.created_at, below.depth + 1
        from below cross join lateral (
            select * from messages where parent_id = below.id offset 0
        ) as m
    )
    select id, depth from below
    where not exists (select from messages where parent_id = below.id)
    order by created_at desc, depth desc, id desc limit 1
"""
_SHOW = "update conversations set head_id = $2 where id = $1"


async def beside(
    connection: Connection, conversation_id: UUID, rows: Sequence[Record]
) -> dict[UUID, dict[str, Any]]:
    """What a page is told of those of these messages that have other versions.

    at: which one it is, in the order in which they were made. of: how many there are. before,
    after: the ids of its neighbours, None at an end.
    """
    parents = [row["parent_id"] for row in rows if row["parent_id"]]
    found = await connection.fetch(_BELOW, parents)
    if len(parents) < len(rows):
        found += await connection.fetch(_FIRST, conversation_id)
    families = {each: family["ids"] for family in found for each in family["ids"]}
    ids = [row["id"] for row in rows if row["id"] in families]
    return {each: _place(families[each], families[each].index(each)) for each in ids}


def _place(family: list[UUID], at: int) -> dict[str, Any]:
    after = family[at + 1] if at + 1 < len(family) else None
    before = family[at - 1] if at else None
    neighbours = {"before": before, "after": after}
    told = {name: str(each) if each else None for name, each in neighbours.items()}
    return {"at": at + 1, "of": len(family), **told}


async def show(user_id: UUID, conversation_id: UUID, message_id: UUID) -> int:
    """Show the branch on which a message stands, down to what was said last below it.

    Returns how many messages the branch has from that one on. Where it is shown already, nothing
    changes. Raises NotFound, and Refused while an answer is being written.
    """
    async with user_connection(user_id) as connection:
        await connection.execute(HOLD)  # no send begins between the question and the change
        talk = await connection.fetchrow(_CONVERSATION, conversation_id)
        if talk is None:
            raise NotFound
        if (depth := await connection.fetchval(_UP, talk["head_id"], message_id)) is not None:
            return int(depth)
        end = await connection.fetchrow(_END, message_id, conversation_id)
        if end is None:
            raise NotFound("message")
        if talk["is_writing"]:
            raise Refused(WRITING)
        await connection.execute(_SHOW, conversation_id, end["id"])
    await signals.tell_branch(user_id, conversation_id)
    return int(end["depth"])
