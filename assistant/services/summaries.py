"""Summaries: what the model reads in place of the older part of a long conversation.

Each conversation has one at most, of its messages up to a certain one, which it names. It holds for
every branch on which that message stands, and for no other. After an answer that leaves the
conversation too long the cheapest model extends it by the next messages, of which the newest always
stay out. The messages themselves stay as they are; without a summary the oldest are cut away.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import accumulate, takewhile
from uuid import UUID

import structlog
from asyncpg import Connection, Record

from assistant.agent.attached import Summary
from assistant.agent.history import BYTES_PER_TOKEN, LARGEST_SHARE, estimated_tokens, headed
from assistant.agent.summarising import summary_in, summary_request
from assistant.agent.types import Message
from assistant.database import user_connection
from assistant.services import contents, messages, signals, small_talk
from assistant.services.keys import vault_over
from assistant.vault import Vault

PURPOSE = "summary"
# Shares of what a model may read of a conversation: from which it is summarised, what of it stays
# as it is then, and how much is summarised at once. A turn costs what it reads, so a conversation
# is not left to grow until nothing more fits.
LONG, KEPT, AT_ONCE = 1 / 2, 1 / 6, 1 / 2
OVER = ("done", "stopped", "failed", "interrupted")
TRIED_AGAIN_AFTER = timedelta(minutes=10)  # also when its process died

_CONVERSATION = """
    select head_id, summary, summary_through as through, metadata ? 'tainted' as tainted
    from conversations where id = $1 and deleted_at is null
"""
# Parents are found one by one: a join would be planned for a branch that is as long as most are.
_BRANCH = """
    with recursive branch as (
        select id, parent_id, role, status, octet_length(content) as size, 1 as depth
        from messages where id = $1
        union all
        select m.id, m.parent_id, m.role, m.status, octet_length(m.content), branch.depth + 1
        from branch cross join lateral (
            select * from messages
            where id = branch.parent_id and id is distinct from $2 limit 1
        ) as m
    )
    select id, parent_id, role, status, coalesce(size, 0) as size from branch order by depth desc
"""
# Who takes it holds it until then, so that no two processes pay for the same.
_TAKE = """
    update conversations
    set metadata = metadata || jsonb_build_object('summarised_at', now())
    where id = $1
      and coalesce((metadata ->> 'summarised_at')::timestamptz < now() - $2::interval, true)
    returning id
"""
_CONTENTS = "select id, role, content from messages where id = any($1::uuid[])"
_STORE = """
    update conversations
    set summary = $2, summary_through = $3, metadata = metadata - 'summarised_at'
    where id = $1
"""
_STANDS = """
    with recursive branch as (
        select id, parent_id from messages where id = $1
        union all
        select m.id, m.parent_id
        from branch cross join lateral (
            select * from messages where id = branch.parent_id and branch.id <> $2 limit 1
        ) as m
    )
    select exists (select from branch where id = $2)
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stored:
    """The summary as it lies in its conversation. through: the last message that it holds."""

    conversation_id: UUID
    sealed: bytes | None
    through: UUID


@dataclass(frozen=True, slots=True)
class Next:
    """What is to be summarised. earlier: what holds already, of the messages up to `before`."""

    said: list[Message]
    messages: int
    through: UUID
    before: UUID | None
    earlier: Summary | None
    tainted: bool


async def history(
    connection: Connection, user_id: UUID, stored: Stored | None, start: UUID, tokens: int
) -> list[Message]:
    """The branch as a model reads it: see `messages.history`. It begins with the summary, if any.

    stored: the summary of the conversation; it holds where its last message stands on the branch.
    """
    summary = None
    if stored and await connection.fetchval(_STANDS, start, stored.through):
        vault = await vault_over(connection, user_id, [stored.sealed])
        summary = messages.summary_of(vault, stored.conversation_id, stored.sealed)
    if summary is None or stored is None:
        return await messages.history(connection, user_id, start, tokens)
    said = await messages.history(connection, user_id, start, tokens, stored.through)
    return list(headed(summary, said))


def is_long(said: Sequence[Message], reply: list[contents.Entry], tokens: int) -> bool:
    """Whether a conversation should be summarised. tokens: what a model may read of it.

    said: what it has read. reply: the parts of its answer.
    """
    whole = (*said, *contents.history("assistant", reply))
    return sum(min(estimated_tokens(m), tokens // LARGEST_SHARE) for m in whole) > tokens * LONG


async def extend(user_id: UUID, conversation_id: UUID, turn_id: UUID, tokens: int) -> None:
    """Summarise what comes next, and let the pages know. Nothing is kept of what fails.

    turn_id: the answer that it follows. tokens: what a model may read of the conversation.
    """
    async with user_connection(user_id) as connection:
        following = await _next(connection, user_id, conversation_id, tokens)
    if following is None:
        return
    request = summary_request(following.said, following.earlier)
    text = summary_in(await small_talk.ask(user_id, turn_id, PURPOSE, request))
    if not text:
        log.info("summary_not_made", conversation=str(conversation_id))
        return
    count = following.messages + (following.earlier.messages if following.earlier else 0)
    summary = Summary(contents.clean(text), count, following.tainted)
    await _store(user_id, conversation_id, following.through, summary)
    for message_id in filter(None, (following.before, following.through)):
        await signals.tell_message(user_id, conversation_id, message_id)


async def _next(
    connection: Connection, user_id: UUID, conversation_id: UUID, tokens: int
) -> Next | None:
    """What is to be summarised now; None where nothing is, or another is at it."""
    talk = await connection.fetchrow(_CONVERSATION, conversation_id)
    if talk is None:
        return None
    vault = await vault_over(connection, user_id, [talk["summary"]])
    earlier = messages.summary_of(vault, conversation_id, talk["summary"])
    branch = await connection.fetch(_BRANCH, talk["head_id"], talk["through"] if earlier else None)
    older = chosen(branch, tokens)
    if not older or not await connection.fetch(_TAKE, conversation_id, TRIED_AGAIN_AFTER):
        return None
    if branch[0]["parent_id"] is None:  # what was summarised stands on another branch
        earlier = None
    rows = await connection.fetch(_CONTENTS, [place["id"] for place in older])
    vault = await vault_over(connection, user_id, [row["content"] for row in rows])
    said = _said({row["id"]: row for row in rows}, older, vault)
    tainted = talk["tainted"] or (earlier is not None and earlier.untrusted)
    return Next(said, len(older), older[-1]["id"], talk["through"], earlier, tainted)


def chosen(branch: Sequence[Record], tokens: int) -> Sequence[Record]:
    """The oldest messages of a branch that are to be summarised, at the end of an answer.

    branch: from the oldest on, each with id, role, status and size.
    """
    sizes = (min(each["size"] // BYTES_PER_TOKEN, tokens // LARGEST_SHARE) for each in branch)
    before = list(accumulate(sizes, initial=0))
    settled = list(takewhile(lambda each: each["status"] in OVER, branch))
    ends = [at for at in range(1, len(settled)) if branch[at]["role"] == "user"]
    if not ends:
        return ()
    fitting = (at for at in ends if before[-1] - before[at] <= tokens * KEPT)
    last = next(fitting, ends[-1])
    at_once = [at for at in ends if at <= last and before[at] <= tokens * AT_ONCE]
    return branch[: at_once[-1] if at_once else ends[0]]


def _said(rows: dict[UUID, Record], places: Sequence[Record], vault: Vault) -> list[Message]:
    said: list[Message] = []
    for row in (rows[place["id"]] for place in places):
        parts = messages.readable(row["id"], row["content"], vault)
        said += contents.history(row["role"], parts)
    return said


async def _store(user_id: UUID, conversation_id: UUID, through: UUID, summary: Summary) -> None:
    async with user_connection(user_id) as connection:
        vault = await vault_over(connection, user_id)
        sealed = vault.seal(messages.SUMMARY, conversation_id, contents.dump(asdict(summary)))
        await connection.execute(_STORE, conversation_id, sealed, through)
