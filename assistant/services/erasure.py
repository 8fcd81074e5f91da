"""Deleting an account: asked for, taken back within two weeks, else erased with its keys.

Erasing removes the profile, and with it, by reference, every row of the user (`holdings.py`): all
in one transaction, so that it is done or will be begun again. Without the data keys, whatever is
left of sealed values (dead row versions, write-ahead log, old dumps) opens with nothing. The same
holds for the bytes of files, whose keys are such values. They are removed first, while there still
is a row that lets what was cut off be begun again.

A dump of the whole database holds the wrapped data keys of its time, too, and the wrapping key
opens those. So that an old dump opens nothing, one of two things is done:

- The dumps that are kept leave out `user_keys`, and of that table, which is small, only the newest
  copy is kept: `make dump` does it so. Old dumps then open with the keys of now for those who still
  have one, and for nobody else; what was sealed by data keys that a rotation dropped, for nobody.
- Or the wrapping key is changed after the erasure (a new first line in ASSISTANT_KEK_FILE, then
  `make rotate WHAT=keys`), and the old line is destroyed. Dumps from before open for nobody at all.

A secret of each user beside the database would do this unasked, but only where all processes share
a disk that is never lost; to everybody else it would be one more way to lose what they wrote.
"""

from datetime import datetime, timedelta
from uuid import UUID

import stamina
import structlog
from sqlalchemy import func, true
from sqlmodel import col, delete, select, update

from assistant.database import driver_of, user_session
from assistant.errors import BillingAway, NotSignedIn, Refused, StorageAway
from assistant.models import Profile
from assistant.services import (
    file_contents,
    google_tokens,
    keys,
    membership,
    plan_endings,
    seats,
    signals,
)
from assistant.services.google_access import grants_in
from assistant.services.sessions import User, forget, note_end, others_of, require_fresh, tell_end

GRACE = timedelta(days=14)
PATIENCE = timedelta(days=1)  # with a store that is away
WORD = "DELETE"
ERASED = "erased"  # the topic of notices {"user": id}
TOO_LATE = "The day has come: this account is being erased, and cannot be kept any more."

log = structlog.get_logger()


async def ask(user: User, word: str) -> None:
    """Let the account be erased in two weeks, and end the user's other sessions.

    word: what the user typed to say that they mean it. Raises Refused or StepUpNeeded. Asked again,
    it stays at the day that was said first.
    """
    await require_fresh(user)
    if word.strip() != WORD:
        raise Refused(f"Type {WORD} to delete your account. Nothing was changed.")
    day = func.coalesce(col(Profile.erase_at), func.now() + GRACE)
    async with user_session(user.id) as session:
        await session.execute(update(Profile).values(erase_at=day))
        ended = await note_end(session, others_of(user))
    forget({"user": str(user.id), "session": str(user.session_id)})  # it is closed from now on
    await tell_end(user.id, ended)
    await plan_endings.pause(user.id)


async def keep(user_id: UUID) -> None:
    """Take it back: the account stays as it is. Raises Refused once the day has come."""
    async with user_session(user_id) as session:
        day = await session.scalar(select(Profile.erase_at <= func.now()).with_for_update())
        if day:
            raise Refused(TOO_LATE)
        await session.execute(update(Profile).values(erase_at=None))
    try:
        await plan_endings.go_on(user_id)
    except BillingAway:  # the account stays; the page of billing says how the plan stands
        log.exception("plan_not_resumed", user=str(user_id))


async def erased_at(user_id: UUID) -> datetime | None:
    """When the account will be erased, None for one that stays.

    Raises NotSignedIn for one that was erased while a session of it was still remembered.
    """
    async with user_session(user_id) as session:
        profile = (await session.execute(select(col(Profile.erase_at)))).one_or_none()
    if profile is None:
        raise NotSignedIn
    at: datetime | None = profile.erase_at
    return at


async def erase(user_id: UUID) -> bool:
    """Erase the account if its day has come. False when it stays.

    Who pays is a customer no more before anything is erased. Raises BillingAway and, on the first
    day, StorageAway while something cannot be done; then it is begun again.
    """
    overdue = (col(Profile.erase_at) <= func.now() - PATIENCE).label("overdue")
    due = select(Profile.id, overdue).where(col(Profile.erase_at) <= func.now()).with_for_update()
    async with user_session(user_id) as session:
        if (row := (await session.execute(due)).one_or_none()) is None:
            return False
    await plan_endings.forget(user_id)
    await _remove_objects(user_id, wait=not row.overdue)
    async with user_session(user_id) as session:
        if (profile_id := (await session.scalars(due)).one_or_none()) is None:
            return False
        ended = await note_end(session, true())
        payer = await membership.vacate(await driver_of(session))
        members = await seats.members(session)
        grants = await grants_in(session)
        await session.execute(delete(Profile).where(col(Profile.id) == profile_id))
    keys.forget(user_id)
    await signals.tell(ERASED, {"user": str(user_id)})
    await tell_end(user_id, ended)
    for member in members:
        await signals.tell_plan(member)
    if payer is not None:
        await signals.tell_seats(payer)
    await _remove_objects(user_id)  # those that have come in meanwhile
    for grant in grants:
        await google_tokens.revoke(grant)
    log.info("account_erased", user=str(user_id))
    return True


async def _remove_objects(user_id: UUID, *, wait: bool = False) -> None:
    """The bytes of the files. Where the store stays away they are left: nothing opens them.

    wait: raise StorageAway instead.
    """
    try:
        async for attempt in stamina.retry_context(on=StorageAway, attempts=4):
            with attempt:
                await file_contents.remove_all(user_id)
    except StorageAway:
        if wait:
            raise
        log.exception("objects_left", folder=str(user_id))
