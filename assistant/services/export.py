"""Everything that a user has here, as an archive that is written while it is sent.

Rows are read in batches, each in a transaction of its own, so that neither memory nor a transaction
grows with what somebody owns. What stands where, `holdings.py` says.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, literal_column
from sqlmodel import select

from assistant.database import user_session
from assistant.models import Profile, Subscription
from assistant.models.billing import STATUS_NOW
from assistant.services import (
    conversation_export,
    export_lists,
    file_export,
    holdings,
    identities,
    membership,
    tiers,
)
from assistant.services.archive import FORMAT, MANIFEST, PRODUCT, Archive, iso, pretty
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.one_each import OneEach
from assistant.services.sessions import User, devices
from assistant.services.unpacking import ALL_BYTES, ARCHIVE_BYTES, MOST_CONVERSATIONS

UNDER_WAY = (
    "An export of yours is being written already. Wait until that download is done, or end it; "
    "then export again."
)
BOUNDS = (
    f"It takes ZIP files of up to {ARCHIVE_BYTES // 1_000_000} MB (unpacked "
    f"{ALL_BYTES // 1_000_000} MB) and {MOST_CONVERSATIONS:,} conversations."
)
README = f"""\
This is everything that you have in your assistant.

conversations/   one file for each conversation, as JSON with all its branches (a very long
                 one goes on in files named .part0002 and so on), and beside it as
                 Markdown, to read: the branch that is shown
tool_log.json    what was looked up or done for you, with what went in and out
approvals.json   what waited for your yes, and what became of it
permissions.json what you allow the tools beforehand
notes.json       your notes
files/           your files, and list.json with their names and the text that was read in them
connections.json what you have connected, without the passwords
usage.json       each request to a model, its tokens and what it cost (US dollars)
seats.json       the seats of your plan that you have given to others, in your words
settings.json    your name, instructions, preferences, plan, and a seat that you have
identities.json  the ways in which you sign in
sessions.json    the browsers in which you were signed in
manifest.json    the version of this format

"Import" in the settings of an assistant reads back conversations, files (those that list.json
names, each looked at as if it were uploaded), notes, and of settings.json what is not chosen
there. Instructions are shown first, and you take them over. What was deleted is not brought back.
The rest is for you to read. tool_log.json, approvals.json and usage.json are the history of this
place: they enter no log and no limit of another. permissions.json, connections.json,
identities.json, sessions.json and your plan are not read, because no file may give power.
{BOUNDS}
If this archive is larger, make smaller ZIP files of it, each with manifest.json and some of the
files in conversations/ (all parts of a conversation together; the Markdown is not needed) or in
files/ (each time with list.json), and import one after the other, those with files first. What is
in your account already is left as it is, so the same archive can be imported again, as after an
hour in which no more files are taken.
Not in here: conversations that you have deleted, keys and codes, and the signed blocks that models
keep for themselves. Nothing in this archive is encrypted: keep it where only you can read it.
"""

ONE_EACH = OneEach(UNDER_WAY)


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
        file_export.write_all(user.id, archive),
        *(export_lists.write(user.id, archive, each) for each in export_lists.LISTS),
    ):
        async with aclosing(writing):
            async for _ in writing:
                yield archive.taken()
    archive.close()
    yield archive.taken()


async def _settings(user_id: UUID) -> dict[str, Any]:
    async with user_session(user_id) as session:
        profile = (await session.scalars(select(Profile))).one()
        now = literal_column(STATUS_NOW, String).label("now")
        plan = (await session.execute(select(Subscription, now))).one_or_none()
        vault = await vault_in(session, [profile.name, profile.instructions])

    def opened(column: str, sealed: bytes | None) -> str:
        place = f"profiles.{column}"
        return opened_or(vault, place, profile.id, sealed, UNREADABLE)

    return {
        "name": opened("name", profile.name),
        "instructions": opened("instructions", profile.instructions),
        "default_model": profile.default_model,
        "preferences": profile.details,
        "since": iso(profile.created_at),
        "plan": plan and _plan(*plan),
        "seat": await _seat(user_id),
    }


def _plan(plan: Subscription, status: str) -> dict[str, Any]:
    tier = tiers.in_force(plan.tier, status).id
    return {"tier": tier, "status": status, "seats": plan.seats, "until": iso(plan.period_end)}


async def _seat(user_id: UUID) -> dict[str, Any] | None:
    """Of a plan that somebody else pays for."""
    seat = await membership.mine(user_id)
    if seat is None:
        return None
    return {"tier": seat.tier.id, "since": iso(seat.since), "counts": seat.counts}


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
