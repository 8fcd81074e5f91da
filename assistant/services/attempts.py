"""Attempts to sign in by a provider, or to be let into an account there.

Each is begun in a browser, and finished once, by the same browser.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import func
from sqlmodel import col, delete

from assistant.database import user_session
from assistant.errors import GrantFailed, NotFound, SignInFailed
from assistant.models import SignInAttempt
from assistant.services.accounts import Person
from assistant.services.addresses import own_path
from assistant.services.oauth import LEEWAY_SECONDS, Provider, address_of, provider_of, who_came
from assistant.services.sessions import User
from assistant.vault import derived_key

LASTS = timedelta(minutes=10)
SEALED_BY = {"alg": "dir", "enc": "A256GCM"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Access:
    """What a user wants to let us into. uses: what for. scope: as the provider calls it."""

    user: User
    uses: str
    scope: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that came to its end. uses: of an account that the user lets us into, "" for none.

    path: where they were going. by: who has begun it, None for somebody who signs in.
    """

    provider: Provider
    path: str
    by: User | None
    uses: str
    begun_at: datetime
    fresh: bool
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def failed(self, why: str) -> SignInFailed:
        """How it is told that it did not succeed."""
        return GrantFailed(why) if self.uses else SignInFailed(why)


async def begin(  # noqa: PLR0913  (what it is for)
    provider_id: str,
    mark: UUID,
    path: str,
    *,
    again: bool = False,
    linking: User | None = None,
    access: Access | None = None,
) -> str:
    """Note an attempt of the browser with this mark. Returns where to send it.

    Raises NotFound for a provider that is not set up or has no such accounts, and
    SignInFailed("away").
    """
    provider = provider_of(provider_id)
    if access and not provider.lasting:
        raise NotFound("account to connect")
    owner = _owner(mark)
    row = SignInAttempt(user_id=owner, provider=provider.id, expires_at=datetime.now(UTC) + LASTS)
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    fresh = again or linking is not None
    proof = {"state": str(row.id), "nonce": nonce, "code_verifier": verifier}
    scope = access.scope if access else ""
    address = await address_of(provider, again=fresh, scope=scope, **proof)
    plan = {"nonce": nonce, "verifier": verifier, "path": own_path(path)}
    if fresh:
        plan["fresh"] = "yes"
    if access:
        plan["uses"] = access.uses
    if by := linking or (access and access.user):
        plan["by"] = f"{by.id} {by.session_id}"
    row.plan = _seal(row, plan)
    async with user_session(owner) as session:
        session.add(row)
    return address


def _owner(mark: UUID) -> UUID:
    """In whose name the attempts of a browser are kept.

    A browser may say any mark, also the id of a user; from none follows the name of anybody else.
    """
    digest = hmac.new(derived_key("sign-in mark"), mark.bytes, hashlib.sha256).digest()
    return UUID(bytes=digest[:16], version=4)


async def claim(provider_id: str, mark: UUID | None, state: str) -> Attempt:
    """The attempt that a provider's answer ends, which is then no more.

    Raises NotFound for a provider that is not set up, and SignInFailed.
    """
    provider = provider_of(provider_id)
    row = await _claimed(mark, state)
    if row is None or row.provider != provider.id:
        raise SignInFailed
    plan = _open(row)
    return Attempt(
        provider,
        plan["path"],
        _by(plan.get("by", "")),
        plan.get("uses", ""),
        row.created_at,
        "fresh" in plan,
        plan["nonce"],
        plan["verifier"],
    )


async def finish(attempt: Attempt, answer: dict[str, str]) -> tuple[Person, dict[str, Any]]:
    """Who comes back with the provider's answer (the query of the callback), and its tokens.

    Who was asked to prove anew who they are, and by the provider's own word has not, has failed.
    Raises SignInFailed.
    """
    try:
        person, token = await who_came(attempt.provider, answer, attempt.nonce, attempt.verifier)
    except SignInFailed as error:
        raise attempt.failed(error.why) from error
    if attempt.fresh and _is_older(person.proved_at, attempt.begun_at):
        log.info("sign_in_not_fresh", provider=attempt.provider.id)
        raise attempt.failed("refused")
    return person, token


async def _claimed(mark: UUID | None, state: str) -> SignInAttempt | None:
    """The attempt, which is then no more: whoever comes second finds nothing."""
    try:
        attempt_id = UUID(state)
    except ValueError:
        return None
    if mark is None:
        return None
    async with user_session(_owner(mark)) as session:
        claiming = delete(SignInAttempt).where(
            col(SignInAttempt.id) == attempt_id, col(SignInAttempt.expires_at) > func.now()
        )
        return (await session.scalars(claiming.returning(SignInAttempt))).one_or_none()


def _is_older(proved_at: datetime | None, asked_at: datetime) -> bool:
    """Whether a proof, where its time is known, was given before it was asked for."""
    leeway = timedelta(seconds=LEEWAY_SECONDS)
    return proved_at is not None and proved_at < asked_at - leeway


def _by(pair: str) -> User | None:
    if not pair:
        return None
    user_id, session_id = pair.split(" ")
    return User(UUID(user_id), UUID(session_id))


def _seal(row: SignInAttempt, plan: dict[str, str]) -> bytes:
    """The plan as a JWE (RFC 7516) that opens in this row only."""
    plain = json.dumps(plan | {"row": _name(row)})
    return jwe.encrypt_compact(SEALED_BY, plain, _key()).encode()


def _open(row: SignInAttempt) -> dict[str, str]:
    try:
        plain = jwe.decrypt_compact(row.plan, _key(), list(SEALED_BY.values())).plaintext
    except JoseError as error:
        raise SignInFailed from error
    plan: dict[str, str] = json.loads(plain or b"{}")
    if plan.get("row") != _name(row):
        raise SignInFailed
    return plan


def _name(row: SignInAttempt) -> str:
    return f"{row.id} {row.user_id}"


def _key() -> OctKey:
    return OctKey.import_key(derived_key("sign-in attempt"))
