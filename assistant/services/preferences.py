"""What users have chosen for themselves: their name, how answers are to be, and how it looks."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlmodel import col, select, update

from assistant.agent.prompt import Manner
from assistant.database import user_connection, user_session
from assistant.errors import NotFound
from assistant.models import Profile
from assistant.services.inputs import (
    INSTRUCTIONS_CHARACTERS,
    NAME_CHARACTERS,
    one_line,
    own_words,
)
from assistant.services.keys import UNREADABLE, opened_or, vault_in, vault_over
from assistant.services.languages import LANGUAGES
from assistant.vault import Vault

NAME, INSTRUCTIONS = "profiles.name", "profiles.instructions"
THEMES = ("system", "light", "dark")
SMALL = "small"  # the model that answers short questions; "" for the one that is chosen
_KNOWN = "select id, name, instructions, default_model, metadata from profiles"


@dataclass(frozen=True, slots=True)
class Preferences:
    """All of them. language: a code of LANGUAGES or "". model: an id or "". theme: of THEMES.

    short: SMALL or "", who answers short questions. theme_since: when the theme was chosen, in
    milliseconds, 0 for never.
    """

    name: str
    instructions: str
    language: str
    model: str
    theme: str
    theme_since: int
    short: str


async def known(user_id: UUID) -> Preferences:
    """What the user has chosen."""
    async with user_connection(user_id) as connection:
        (profile,) = await connection.fetch(_KNOWN)
        name, instructions = profile["name"], profile["instructions"]
        vault = await vault_over(connection, user_id, [name, instructions])
    details = profile["metadata"]
    return Preferences(
        name=opened_or(vault, NAME, profile["id"], name, UNREADABLE),
        instructions=opened_or(vault, INSTRUCTIONS, profile["id"], instructions, UNREADABLE),
        language=details.get("language", ""),
        model=profile["default_model"],
        theme=details.get("theme", THEMES[0]),
        theme_since=details.get("theme_since", 0),
        short=details.get("short", ""),
    )


def manner(profile: Record, vault: Vault) -> Manner:
    """How the user of this profile wants answers. Instructions that do not open are none.

    profile: a row with id, instructions and language.
    """
    language = LANGUAGES.get(profile["language"] or "")
    return Manner(
        language=language.name if language else "",
        instructions=opened_or(vault, INSTRUCTIONS, profile["id"], profile["instructions"], ""),
    )


async def rename(user_id: UUID, name: str) -> str:
    """Go by another name. Returns it as it is stored. Raises Refused for an unusable one."""
    line = one_line(name, "A name", NAME_CHARACTERS)
    await _seal(user_id, NAME, line)
    return line


async def instruct(user_id: UUID, instructions: str) -> str:
    """Say what every answer is to heed, "" for nothing. Returns it as stored. Raises Refused."""
    words = own_words(instructions, "Your instructions", INSTRUCTIONS_CHARACTERS)
    await _seal(user_id, INSTRUCTIONS, words)
    return words


async def answer_in(user_id: UUID, language: str) -> None:
    """Choose the language of answers, "" for that of each message. Raises NotFound."""
    if language and language not in LANGUAGES:
        raise NotFound("language")
    await _note(user_id, language=language)


async def answer_short_by(user_id: UUID, which: str) -> None:
    """Choose who answers short questions: SMALL, or "" for the usual model. Raises NotFound."""
    if which not in ("", SMALL):
        raise NotFound("choice")
    await _note(user_id, short=which)


async def look_like(user_id: UUID, theme: str) -> None:
    """Choose the theme. Raises NotFound."""
    if theme not in THEMES:
        raise NotFound("theme")
    await _note(user_id, theme=theme, theme_since=time.time_ns() // 1_000_000)


async def fill(user_id: UUID, name: str, model: str, details: dict[str, str]) -> set[str]:
    """Choose what the user has not chosen; the rest stays. Returns the names of what was taken.

    "name", "model", and those of details: "language", "theme", "short". All of them are usable.
    """
    async with user_session(user_id) as session:
        profile = (await session.scalars(select(Profile).with_for_update())).one()
        taken = {each for each, value in details.items() if value and each not in profile.details}
        since = {"theme_since": time.time_ns() // 1_000_000} if "theme" in taken else {}
        profile.details = {**profile.details, **{each: details[each] for each in taken}, **since}
        if name and not profile.name:
            profile.name = (await vault_in(session)).seal(NAME, profile.id, name)
            taken.add("name")
        if model and not profile.default_model:
            profile.default_model = model
            taken.add("model")
    return taken


async def _seal(user_id: UUID, place: str, words: str) -> None:
    async with user_session(user_id) as session:
        row_id = (await session.scalars(select(Profile.id))).one()
        vault = await vault_in(session)
        sealed = vault.seal(place, row_id, words) if words else None
        await session.execute(update(Profile).values({place.split(".")[1]: sealed}))


async def _note(user_id: UUID, **chosen: Any) -> None:  # noqa: ANN401  (as JSON has it)
    async with user_session(user_id) as session:
        details = col(Profile.details).concat(chosen)
        await session.execute(update(Profile).values(details=details))
