"""Attempts to sign in by a provider: begun in a browser, finished once, by the same browser."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import func
from sqlmodel import col, delete

from assistant.database import user_session
from assistant.errors import SignInFailed
from assistant.models import SignInAttempt
from assistant.services.accounts import Person
from assistant.services.addresses import own_path
from assistant.services.oauth import LEEWAY_SECONDS, address_of, provider_of, who_came
from assistant.services.sessions import User
from assistant.vault import derived_key

LASTS = timedelta(minutes=10)
SEALED_BY = {"alg": "dir", "enc": "A256GCM"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from a provider, where they were going, and whom to link them to, if any."""

    person: Person
    path: str
    linking: User | None


async def begin(
    provider_id: str, mark: UUID, path: str, *, again: bool = False, linking: User | None = None
) -> str:
    """Note an attempt of the browser with this mark. Returns where to send it.

    Raises NotFound for a provider that is not set up, and SignInFailed("away").
    """
    provider = provider_of(provider_id)
    owner = _owner(mark)
    row = SignInAttempt(user_id=owner, provider=provider.id, expires_at=datetime.now(UTC) + LASTS)
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    fresh = again or linking is not None
    address = await address_of(
        provider, again=fresh, state=str(row.id), nonce=nonce, code_verifier=verifier
    )
    plan = {"nonce": nonce, "verifier": verifier, "path": own_path(path)}
    if fresh:
        plan["fresh"] = "yes"
    if linking is not None:
        plan["link"] = f"{linking.id} {linking.session_id}"
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


async def finish(provider_id: str, mark: UUID | None, answer: dict[str, str]) -> Arrival:
    """The arrival that the provider's answer (the query of the callback) stands for.

    Who was asked to prove anew who they are, and by the provider's own word has not, has failed.
    Raises NotFound for a provider that is not set up, and SignInFailed.
    """
    provider = provider_of(provider_id)
    row = await _claimed(mark, answer.get("state", ""))
    if row is None or row.provider != provider.id:
        raise SignInFailed
    plan = _open(row)
    person = await who_came(provider, answer, plan["nonce"], plan["verifier"])
    if plan.get("fresh") and _is_older(person.proved_at, row.created_at):
        log.info("sign_in_not_fresh", provider=provider.id)
        raise SignInFailed
    return Arrival(person, plan["path"], _linking(plan.get("link", "")))


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


def _linking(pair: str) -> User | None:
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
