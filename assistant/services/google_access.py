"""Google's own grant: what a user lets us into there is asked for, kept, and given back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from assistant.connectors.google_grant import SCOPES, Use
from assistant.errors import GrantFailed, Refused
from assistant.key_ring import KeyLost
from assistant.models import Connection
from assistant.services import attempts, connections, google_tokens
from assistant.services.accounts import Person
from assistant.services.addresses import SETTINGS
from assistant.services.attempts import Access, Attempt
from assistant.services.connection_forms import GoogleGrant
from assistant.services.connection_rows import form_in
from assistant.services.google_tokens import GOOGLE
from assistant.services.keys import vault_in
from assistant.services.oauth import PROVIDERS
from assistant.services.sessions import User
from assistant.vault import Tampered

NOTHING = "Choose what to connect: your calendar, your mail, or both. Nothing was connected."

log = structlog.get_logger()


def is_offered() -> bool:
    """Whether the operator has set Google up."""
    return bool(PROVIDERS[GOOGLE].client_id)


async def begin(provider_id: str, user: User, mark: UUID, uses: str) -> str:
    """Where to send the user, so that they let us into their account.

    uses: "calendar", "mail" or both, with a space between. Raises Refused for anything else,
    NotFound for a provider without such accounts, and SignInFailed("away").
    """
    wanted = _uses(uses)
    if not wanted or len(wanted) != len(uses.split()):
        raise Refused(NOTHING)
    scope = " ".join(sorted(frozenset().union(*(SCOPES[use] for use in wanted))))
    access = Access(user, " ".join(wanted), scope)
    return await attempts.begin(provider_id, mark, SETTINGS, access=access)


def _uses(words: str) -> tuple[Use, ...]:
    return tuple(use for use in SCOPES if use in words.split())


async def finish(user_id: UUID, attempt: Attempt, answer: dict[str, str]) -> None:
    """Keep what the user has granted, and try it. It takes the place of what was granted before.

    Raises GrantFailed when that is nothing that we can use, and Refused when there is no room.
    """
    person, given = await attempts.finish(attempt, answer)
    grant = _grant(attempt, person, given)
    try:
        connection_id, before = await connections.keep(user_id, grant)
    except Refused:
        await google_tokens.revoke(grant)
        raise
    for old in before:
        if isinstance(old, GoogleGrant) and not old.is_of(grant):  # else the new one would go, too
            await google_tokens.revoke(old)
    google_tokens.hold(connection_id, given)
    await connections.test(user_id, connection_id)


def _grant(attempt: Attempt, person: Person, given: dict[str, Any]) -> GoogleGrant:
    """What was granted. Who ticks fewer boxes at Google than were asked for has granted less."""
    asked = _uses(attempt.uses)
    scopes = google_tokens.scopes_in(given)
    uses = tuple(use for use in asked if "scope" not in given or SCOPES[use] <= scopes)
    if not uses:
        raise GrantFailed("nothing")
    try:
        google_tokens.require_token(given)
        return GoogleGrant(
            issuer=person.issuer,
            subject=person.subject,
            address=person.label,
            refresh_token=given["refresh_token"],
            asked=asked,
            uses=uses,
        )
    except (ValueError, TypeError, LookupError) as error:
        raise GrantFailed from error


async def grants_in(session: AsyncSession) -> list[GoogleGrant]:
    """What the session's user has granted, as far as it can be opened."""
    rows: Sequence[Connection] = (
        await session.scalars(select(Connection).where(Connection.kind == GOOGLE))
    ).all()
    if not rows:
        return []
    try:
        vault = await vault_in(session, [row.secret for row in rows])
    except (Tampered, KeyLost) as error:
        log.warning("grants_unreadable", error=type(error).__name__)
        return []
    forms = [form_in(row, vault) for row in rows]
    return [form for form in forms if isinstance(form, GoogleGrant)]
