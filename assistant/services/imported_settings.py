"""The settings of an archive: only what the user has not chosen here, and nothing that gives power.

Instructions are words that every answer heeds and that count as the user's own, so no file puts
them in force: they are shown, and it is the user who takes them over.
"""

import asyncio
from collections.abc import Callable
from uuid import UUID

from assistant.errors import Refused
from assistant.services import holdings, preferences
from assistant.services.archived_lists import ArchivedSettings
from assistant.services.imported import Imported, Left, item_in
from assistant.services.inputs import NAME_CHARACTERS, one_line
from assistant.services.languages import LANGUAGES
from assistant.services.model_choice import offers
from assistant.services.preferences import SMALL, THEMES, Preferences
from assistant.services.sessions import User, require_alive, staying
from assistant.services.tiers import tier_of
from assistant.services.unpacking import Package

UNKNOWN = "it cannot be chosen here"


async def bring_back(user: User, package: Package, done: Imported) -> None:
    """Take the settings that are not chosen here. Raises NotSignedIn and Leaving."""
    found = await asyncio.to_thread(package.document, holdings.SETTINGS)
    if found is None:
        return
    staying(await require_alive(user))
    try:
        given = await asyncio.to_thread(item_in, ArchivedSettings, found)
    except Left as error:
        done.leave(error)
        return
    wanted = await _wanted(user.id, given, done)
    here = await preferences.known(user.id)
    details = {each: wanted[each] for each in ("language", "theme", "short")}
    done.taken = sorted(await preferences.fill(user.id, wanted["name"], wanted["model"], details))
    done.kept = sorted(_others(here, wanted) - set(done.taken))
    _tell_instructions(given.instructions.strip(), here.instructions, done)


async def _wanted(user_id: UUID, given: ArchivedSettings, done: Imported) -> dict[str, str]:
    """What can be chosen here, by name; "" for nothing."""
    models = {each.id for each in offers(await tier_of(user_id)) if not each.plan}
    usable: dict[str, Callable[[str], bool]] = {
        "name": _is_name,
        "model": models.__contains__,
        "language": LANGUAGES.__contains__,
        "theme": THEMES.__contains__,
        "short": (SMALL,).__contains__,
    }
    told = {**given.preferences, "name": given.name, "model": given.default_model}
    wanted = {each: str(told.get(each) or "") for each in usable}
    for each, value in wanted.items():
        if value and not usable[each](value):
            wanted[each] = ""
            done.leave(Left(f"settings.json: {each}", UNKNOWN))
    return wanted


def _is_name(name: str) -> bool:
    try:
        return one_line(name, "A name", NAME_CHARACTERS) == name
    except Refused:
        return False


def _others(here: Preferences, wanted: dict[str, str]) -> set[str]:
    """What the archive has otherwise than it is here."""
    return {each for each, value in wanted.items() if value and getattr(here, each) != value}


def _tell_instructions(words: str, here: str, done: Imported) -> None:
    if words and not here:
        done.instructions = words
    elif words != here and words:
        done.kept = [*done.kept, "instructions"]
