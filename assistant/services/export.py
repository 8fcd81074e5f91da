"""Everything that a user has here, as an archive that is written while it is sent.

Rows are read in batches, each in a transaction of its own, so that neither memory nor a transaction
grows with what somebody owns. What stands where, `holdings.py` says.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import select

from assistant.database import user_session
from assistant.models import Profile, Subscription
from assistant.services import conversation_export, holdings, identities, tiers
from assistant.services.archive import FORMAT, MANIFEST, PRODUCT, Archive, Listing, iso, pretty
from assistant.services.contents import TOO_DEEP, dump, read
from assistant.services.conversation_export import Writing
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.one_each import OneEach
from assistant.services.sessions import User, devices
from assistant.services.unpacking import ALL_BYTES, ARCHIVE_BYTES, CONVERSATIONS
from assistant.vault import Vault

BATCH = 100  # rows
BATCH_BYTES = 1_000_000
UNDER_WAY = (
    "An export of yours is being written already. Wait until that download is done, or end it; "
    "then export again."
)
BOUNDS = (
    f"It takes ZIP files of up to {ARCHIVE_BYTES // 1_000_000} MB (unpacked "
    f"{ALL_BYTES // 1_000_000} MB) and {CONVERSATIONS:,} conversations."
)
README = f"""\
This is everything that you have in your assistant.

conversations/   one file for each conversation, as JSON with all its branches (a very long
                 one goes on in files named .part0002 and so on), and beside it as
                 Markdown, to read: the branch that is shown
tool_log.json    what was looked up or done for you, with what went in and out
usage.json       each request to a model, its tokens and what it cost (US dollars)
settings.json    your name, instructions, preferences and plan
identities.json  the ways in which you sign in
sessions.json    the browsers in which you were signed in
manifest.json    the version of this format

"Import" in the settings of an assistant reads the conversations back; the rest is for you.
{BOUNDS}
If this archive is larger, make smaller ZIP files of it, each with manifest.json and some of the
files in conversations/ (all parts of a conversation together; the Markdown is not needed), and
import one after the other.
Not in here: conversations that you have deleted, keys and codes, and the signed blocks that models
keep for themselves. Nothing in this archive is encrypted: keep it where only you can read it.
"""

_TOOL_LOG = text("""
    select t.*, turns.reply_id
    from (
        select *, sum(size) over (order by created_at, id) - size as before from (
            select id, created_at, turn_id, tool, effect, status, seconds, input, output,
                   coalesce(octet_length(input), 0) + coalesce(octet_length(output), 0) as size
            from tool_executions
            where (created_at, id) > (:at, :id) order by created_at, id limit :limit
        ) found
    ) t left join turns on turns.id = t.turn_id
    where before < :bytes order by t.created_at, t.id
""")
_USAGE = text("""
    select id, created_at, provider, model, purpose, input_tokens, output_tokens,
           cache_read_tokens, cache_write_tokens, thinking_tokens, estimated, cost,
           null as input, null as output
    from usage_logs
    where (created_at, id) > (:at, :id) order by created_at, id limit :limit
""")
ONE_EACH = OneEach(UNDER_WAY)
_BEFORE_ALL = {"at": datetime(1970, 1, 1, tzinfo=UTC), "id": UUID(int=0)}


async def export(user: User) -> AsyncGenerator[bytes, None]:
    """The archive, piece by piece. Raises Busy while another one of the user's is written."""
    with ONE_EACH.held(user.id):
        async with aclosing(_export(user)) as pieces:
            async for piece in pieces:
                yield piece


async def _export(user: User) -> AsyncGenerator[bytes, None]:
    archive, now = Archive(), datetime.now(UTC)
    archive.add("README.txt", now, README)
    made = {"product": PRODUCT, "format": FORMAT, "made_at": now.isoformat()}
    archive.add(MANIFEST, now, pretty(made))
    archive.add(holdings.SETTINGS, now, pretty(await _settings(user.id)))
    archive.add(holdings.IDENTITIES, now, pretty(await _identities(user.id)))
    archive.add(holdings.SESSIONS, now, pretty(await _sessions(user)))
    for writing in (
        conversation_export.write_all(user.id, archive),
        _log(user.id, archive, holdings.TOOL_LOG, _TOOL_LOG, _tool_call),
        _log(user.id, archive, holdings.USAGE, _USAGE, _request),
    ):
        async with aclosing(writing):
            async for _ in writing:
                yield archive.taken()
    archive.close()
    yield archive.taken()


async def _settings(user_id: UUID) -> dict[str, Any]:
    async with user_session(user_id) as session:
        profile = (await session.scalars(select(Profile))).one()
        plan = (await session.scalars(select(Subscription))).one_or_none()
        vault = await vault_in(session, [profile.name, profile.instructions])

    def opened(column: str, sealed: bytes | None) -> str:
        place = f"profiles.{column}"
        return opened_or(vault, place, profile.id, sealed, UNREADABLE) if sealed else ""

    return {
        "name": opened("name", profile.name),
        "instructions": opened("instructions", profile.instructions),
        "default_model": profile.default_model,
        "preferences": profile.details,
        "since": iso(profile.created_at),
        "plan": plan and _plan(plan),
    }


def _plan(plan: Subscription) -> dict[str, Any]:
    tier = tiers.in_force(plan).id
    return {"tier": tier, "status": plan.status, "until": iso(plan.period_end)}


async def _identities(user_id: UUID) -> list[dict[str, Any]]:
    return [
        {"provider": each.provider, "label": each.label, "last_used_at": iso(each.used_at)}
        for each in await identities.listed(user_id)
    ]


async def _sessions(user: User) -> list[dict[str, Any]]:
    return [
        {"device": each.label, "since": iso(each.created_at), "last_seen_at": iso(each.seen_at)}
        for each in await devices(user)
    ]


async def _log(
    user_id: UUID,
    archive: Archive,
    name: str,
    query: TextClause,
    item: Callable[..., dict[str, Any]],
) -> Writing:
    """A list of rows, the oldest first, as many at a time as a batch holds."""
    behind = _BEFORE_ALL
    with archive.entry(name, datetime.now(UTC)) as file:
        listing = Listing(file)
        while behind:
            async with user_session(user_id) as session:
                bounds = {"limit": BATCH, "bytes": BATCH_BYTES}
                rows = (await session.execute(query, behind | bounds)).all()
                vault = await vault_in(session, [v for r in rows for v in (r.input, r.output)])
            await asyncio.to_thread(listing.add, map(partial(item, vault=vault), rows))
            behind = {"at": rows[-1].created_at, "id": rows[-1].id} if rows else {}
            yield
        listing.close()


def _tool_call(row: Any, vault: Vault) -> dict[str, Any]:  # noqa: ANN401  (SQLAlchemy's row)
    asked = _opened(row.id, "input", row.input, dump([UNREADABLE]), vault)
    return {
        "at": iso(row.created_at),
        "message": row.reply_id and str(row.reply_id),
        "tool": row.tool,
        "effect": row.effect,
        "status": row.status,
        "seconds": row.seconds,
        "input": None if asked is None else read(asked, [TOO_DEEP])[0],
        "output": _opened(row.id, "output", row.output, UNREADABLE, vault),
    }


def _opened(
    row_id: UUID, column: str, sealed: bytes | None, instead: str, vault: Vault
) -> str | None:
    if sealed is None:
        return None
    return opened_or(vault, f"tool_executions.{column}", row_id, sealed, instead)


def _request(row: Any, vault: Vault) -> dict[str, Any]:  # noqa: ANN401  (SQLAlchemy's row)
    counts = ("input", "output", "cache_read", "cache_write", "thinking")
    return {
        "at": iso(row.created_at),
        "provider": row.provider,
        "model": row.model,
        "purpose": row.purpose,
        **{f"{each}_tokens": getattr(row, f"{each}_tokens") for each in counts},
        "estimated": row.estimated,
        "cost": f"{row.cost.normalize():f}",  # 0, and not 0E-8
    }
