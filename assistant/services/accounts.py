"""Accounts: who somebody is, by name or by what a provider says, and what is kept about them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select, update

from assistant.config import settings
from assistant.database import system_session, user_connection, user_session
from assistant.errors import NotFound, SignInFailed
from assistant.models import Identity, Profile, Subscription
from assistant.services.inputs import NAME_CHARACTERS, one_line
from assistant.services.keys import UNREADABLE, create_key, opened_or, vault_in
from assistant.services.local_names import LABEL, LOCAL, subject_of
from assistant.services.one_by_one import hold
from assistant.services.preferences import NAME
from assistant.services.renewal import Tokens, begin
from assistant.vault import Vault


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a provider knows them: (issuer, subject) says who.

    name, label: for the eye. proved_at: when they last proved there who they are, None where the
    provider does not tell.
    """

    provider: str
    issuer: str
    subject: str
    name: str
    label: str = ""
    proved_at: datetime | None = None


async def sign_in_by_name(name: str, user_agent: str = "") -> Tokens:
    """Sign in locally: find or make the account of this name, and begin a session.

    Raises NotFound where the local sign-in does not exist, Refused for an unusable name, and
    SignInFailed.
    """
    if not settings().local_sign_in:
        raise NotFound("page")
    shown = one_line(name, "A name", NAME_CHARACTERS)
    return await arrive(Person(LOCAL, LOCAL, subject_of(shown), shown), user_agent)


async def arrive(person: Person, user_agent: str = "") -> Tokens:
    """Begin a session of whom a provider has just vouched for; who is new gets an account.

    Raises SignInFailed when the identity was removed at the same moment.
    """
    user_id = await _find_or_create(person)
    async with user_session(user_id) as session:
        await hold(session)  # nothing is unlinked meanwhile
        row = (await session.scalars(_named(person))).one_or_none()
        if row is None:
            raise SignInFailed
        vault = await vault_in(session)
        row.label = vault.seal(LABEL, row.id, person.label or person.name)
        row.used_at = datetime.now(UTC)
        return await begin(session, user_agent, person.proved_at)


def _named(person: Person) -> Select[Identity]:
    return select(Identity).where(
        Identity.issuer == person.issuer, Identity.subject == person.subject
    )


async def _find_or_create(person: Person) -> UUID:
    """The user with this identity, a new one if there is none."""
    if found := await find(person):
        return found
    with suppress(IntegrityError):  # two first sign-ins at once: the other one made the account
        await _create(person)
    created = await find(person)
    if created is None:
        raise SignInFailed
    return created


async def find(person: Person) -> UUID | None:
    """The user with this identity. Only issuer and subject count."""
    query = text("select user_id from identities where issuer = :issuer and subject = :subject")
    async with system_session() as session:
        named = {"issuer": person.issuer, "subject": person.subject}
        return (await session.execute(query, named)).scalar_one_or_none()


async def _create(person: Person) -> None:
    user_id = uuid4()
    async with user_session(user_id) as session:
        profile = Profile(user_id=user_id)
        session.add(profile)
        await session.flush()
        vault = create_key(session)
        profile.name = vault.seal(NAME, profile.id, person.name)
        session.add(identity_of(person, vault))
        session.add(Subscription(user_id=user_id))


def identity_of(person: Person, vault: Vault) -> Identity:
    """A row for this identity of the vault's user."""
    row = Identity(
        user_id=vault.user_id,
        issuer=person.issuer,
        subject=person.subject,
        provider=person.provider,
    )
    row.label = vault.seal(LABEL, row.id, person.label or person.name)
    return row


async def usual_model(user_id: UUID) -> str:
    """The id of the model that the user chose last, "" for none."""
    async with user_connection(user_id) as connection:
        (profile,) = await connection.fetch("select default_model from profiles")
    model: str = profile["default_model"]
    return model


async def set_usual_model(user_id: UUID, model: str) -> None:
    """Remember the model for new conversations."""
    async with user_session(user_id) as session:
        await session.execute(update(Profile).values(default_model=model))


async def name_of(user_id: UUID) -> str:
    """The name that the user goes by."""
    async with user_session(user_id) as session:
        profile = (await session.scalars(select(Profile))).one()
        vault = await vault_in(session, [profile.name])
    return opened_or(vault, NAME, profile.id, profile.name, UNREADABLE)
