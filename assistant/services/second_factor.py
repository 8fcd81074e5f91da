"""The second factor: one-time codes of an authenticator (RFC 6238), or a recovery code instead.

A session of a user who has confirmed one is only half signed in until it has given a code.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

import segno
import structlog
from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import ColumnElement, case, delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.database import user_session
from assistant.errors import Busy, Refused
from assistant.models import LoginSession, RecoveryCode, SecondFactor
from assistant.services import recovery_codes, sessions, tiers
from assistant.services.accounts import name_of
from assistant.services.features import SECOND_FACTOR
from assistant.services.keys import vault_in
from assistant.services.sessions import User, require_fresh
from assistant.vault import Tampered

ISSUER = "Assistant"
PLACE = "second_factors.secret"
STEPS_ASIDE = 1  # the user's clock may be one step ahead or behind
TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)
CODE_CHARACTERS = 100  # with all the spaces that somebody may type
QUIET = 4  # light modules that must surround a QR code (ISO/IEC 18004)
ONE_TIME = re.compile("[0-9]{6}")

NOT_ALLOWED = "Your plan has no second factor; a larger one has."
ALREADY_ON = "The second factor is on already. Turn it off first to set up another device."
NOT_BEGUN = "There is no second factor to confirm. Begin anew."
OFF = "There is no second factor on this account."
NO_CODE = "A code has six digits, a recovery code twelve letters and digits."
WRONG = "This code is not right, or it was used already. Wait for the next one and try that."
LOST = "The second factor cannot be opened, so no code of it counts. Give a recovery code instead."

ON = col(SecondFactor.confirmed_at).is_not(None)
BEGUN = col(SecondFactor.confirmed_at).is_(None)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Factor:
    """Whether the user's second factor is on, and how many recovery codes are not used."""

    on: bool
    codes_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator needs: the address, the secret in it, and its QR code.

    path: the dark modules as the path of an SVG. size: its width and height, with the light edge.
    """

    uri: str
    secret: str
    path: str
    size: int


async def status(user_id: UUID) -> Factor:
    """The state of the user's second factor."""
    async with user_session(user_id) as session:
        return Factor(await is_on(session), await recovery_codes.left(session))


async def is_on(session: AsyncSession) -> bool:
    """Whether the session's user has a confirmed factor."""
    return (await session.scalars(select(SecondFactor.id).where(ON))).first() is not None


async def enrol(user: User) -> Enrolment:
    """Make a secret; it counts for nothing until `confirm`. An earlier unconfirmed one is gone.

    Raises StepUpNeeded, and Refused where the plan does not allow it or a factor is on.
    """
    await require_fresh(user)
    if not await tiers.may(user.id, SECOND_FACTOR):
        raise Refused(NOT_ALLOWED)
    secret = random_base32()
    async with user_session(user.id) as session:
        row = await _locked(session, user.id)
        if row.confirmed_at is not None:
            raise Refused(ALREADY_ON)
        row.secret = (await vault_in(session)).seal(PLACE, row.id, secret)
    log.info("second_factor_enrolled", user=str(user.id))
    uri = TOTP(secret, name=await name_of(user.id), issuer=ISSUER).provisioning_uri()
    return Enrolment(uri, secret, *_drawn(uri))


async def _locked(session: AsyncSession, user_id: UUID) -> SecondFactor:
    """The user's row, made if need be, that nobody else writes meanwhile."""
    fresh = insert(SecondFactor).values(id=uuid4(), user_id=user_id, secret=b"")
    await session.execute(fresh.on_conflict_do_nothing())
    return (await session.scalars(select(SecondFactor).with_for_update())).one()


def _drawn(uri: str) -> tuple[str, int]:
    rows = segno.make(uri, micro=False).matrix
    dark = ((x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    path = "".join(f"M{x + QUIET} {y + QUIET}h1v1h-1z" for x, y in dark)
    return path, len(rows) + 2 * QUIET


async def confirm(user: User, code: str) -> list[str]:
    """Turn the enrolled factor on with a first code of it. Returns the recovery codes.

    The user's other sessions end.
    Raises Refused, and Busy after too many tries.
    """
    given = _read(code)
    codes: list[str] = []
    ended: list[UUID] = []
    async with user_session(user.id) as session:
        factor = await _tried(session, user, BEGUN, NOT_BEGUN)
        if await _take_step(session, factor, given):
            await session.execute(update(SecondFactor).values(confirmed_at=func.now()))
            await _let_in(session, user)
            ended = await _end_others(session, user)
            codes = await recovery_codes.renew(session)
    if not codes:
        raise Refused(WRONG, why="wrong")
    await sessions.tell_end(user.id, ended)
    log.info("second_factor_on", user=str(user.id))
    return codes


async def verify(user: User, code: str) -> None:
    """Sign this session in whole with a one-time code or a recovery code, or renew that.

    Raises Refused for a wrong code and where no factor is on, and Busy after too many tries.
    """
    given = _read(code)
    async with user_session(user.id) as session:
        factor = await _tried(session, user, ON, OFF)
        good = await _take(session, factor, given)
        if good:
            await _let_in(session, user)
    if not good:
        raise Refused(WRONG, why="wrong")


async def new_recovery_codes(user: User) -> list[str]:
    """Recovery codes in place of the old ones.

    Raises StepUpNeeded, and Refused where no factor is on.
    """
    await require_fresh(user)
    async with user_session(user.id) as session:
        locked = select(SecondFactor).where(ON).with_for_update()
        if (await session.scalars(locked)).one_or_none() is None:
            raise Refused(OFF, why="off")
        codes = await recovery_codes.renew(session)
    log.info("recovery_codes_renewed", user=str(user.id))
    return codes


async def turn_off(user: User) -> None:
    """Forget the secret and the recovery codes, and end the user's other sessions.

    Raises StepUpNeeded.
    """
    await require_fresh(user)
    async with user_session(user.id) as session:
        await session.execute(delete(SecondFactor))
        await session.execute(delete(RecoveryCode))
        ended = await _end_others(session, user)
    await sessions.tell_end(user.id, ended)
    log.info("second_factor_off", user=str(user.id))


async def _end_others(session: AsyncSession, user: User) -> list[UUID]:
    """In the same transaction: nobody stays signed in under the rule from before."""
    return await sessions.note_end(session, sessions.others_of(user))


def _read(code: str) -> str:
    """The code as it is compared. Raises Refused for what can be none: that is no try."""
    typed = "".join(code.split()) if len(code) <= CODE_CHARACTERS else ""
    if ONE_TIME.fullmatch(typed):
        return typed
    typed = recovery_codes.read(typed)
    if not recovery_codes.SHAPE.fullmatch(typed):
        raise Refused(NO_CODE, why="code")
    return typed


async def _tried(
    session: AsyncSession, user: User, wanted: ColumnElement[bool], missing: str
) -> SecondFactor:
    """The user's factor, after this try was counted: before any check, and never too often.

    The row stays locked until the end of the transaction, so that tries come one by one.
    """
    tries, since = col(SecondFactor.tries), col(SecondFactor.tries_from)
    forgotten = since < func.now() - TRIES_WITHIN
    one_more = case((forgotten, 1), else_=tries + 1)
    allowed = update(SecondFactor).where(wanted, or_(forgotten, tries < TRIES))
    counted = allowed.values(tries=one_more, tries_from=func.now()).returning(SecondFactor)
    factor = (await session.scalars(counted)).one_or_none()
    if factor is None:
        raise await _why_not(session, user, wanted, missing)
    return factor


async def _why_not(
    session: AsyncSession, user: User, wanted: ColumnElement[bool], missing: str
) -> Refused | Busy:
    factor = (await session.scalars(select(SecondFactor).where(wanted))).one_or_none()
    if factor is None:
        return Refused(missing, why="off")
    log.warning("second_factor_too_many_tries", user=str(user.id))
    wait = factor.tries_from + TRIES_WITHIN - datetime.now(UTC)
    minutes = max(1, ceil(wait / timedelta(minutes=1)))
    plural = "s" if minutes > 1 else ""
    return Busy(
        f"Too many wrong codes. Nothing was changed; try again in {minutes} minute{plural}.",
        minutes=minutes,
    )


async def _take(session: AsyncSession, factor: SecondFactor, code: str) -> bool:
    if ONE_TIME.fullmatch(code):
        return await _take_step(session, factor, code)
    return await recovery_codes.take(session, code)


async def _take_step(session: AsyncSession, factor: SecondFactor, code: str) -> bool:
    """Use up the time step of this code. Whether it was right and later than all that were used."""
    vault = await vault_in(session, [factor.secret])
    try:
        secret = vault.open(PLACE, factor.id, factor.secret)
    except Tampered as error:
        log.warning("unreadable", place=PLACE, row=str(factor.id))
        raise Refused(LOST, why="lost") from error
    try:
        step = TOTP(secret).verify_and_get_timecode(code, for_time=_now(), valid_window=STEPS_ASIDE)
    except OTPVerificationError:
        return False
    later = update(SecondFactor).where(col(SecondFactor.last_step) < step)
    used = later.values(last_step=step).returning(col(SecondFactor.id))
    return (await session.execute(used)).first() is not None


def _now() -> float:
    return time.time()


async def _let_in(session: AsyncSession, user: User) -> None:
    """Note on the session that the factor was given, and do not count the try that was right."""
    mine = col(LoginSession.id) == user.session_id
    await session.execute(update(LoginSession).where(mine).values(verified_at=func.now()))
    await session.execute(update(SecondFactor).values(tries=SecondFactor.tries - 1))
