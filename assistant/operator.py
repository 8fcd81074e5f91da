"""`python -m assistant operator add|remove WHO`: who may open the operator's page.

WHO is a user's id, or the name by which somebody signs in on this machine. The app may serve
meanwhile; it asks the database at each opening of the page.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

from assistant import database, logs
from assistant.config import LaunchSettings, read
from assistant.errors import AssistantError, CannotStart, NotFound
from assistant.local.checks import check_env_file
from assistant.local.installation import opened
from assistant.local.progress import say
from assistant.services.operators import appoint, called, dismiss

USAGE = "Say who: python -m assistant operator add Ada, or remove Ada (a sign-in name or an id).\n"
NOBODY = "No user here has this id, and nobody signs in by this name. Nothing was changed.\n"
SAID = {
    ("add", True): "{} is an operator now, and finds the page at {}/admin.",
    ("add", False): "{} has been an operator already; the page is at {}/admin.",
    ("remove", True): "{} is an operator no more.",
    ("remove", False): "{} has been no operator. Nothing was changed.",
}
DOES: dict[str, Callable[[UUID], Awaitable[bool]]] = {"add": appoint, "remove": dismiss}


def main(arguments: Sequence[str]) -> int:
    """Do it. Returns the exit code: 1 for a fault, which is one sentence on stderr."""
    if len(arguments) != 2 or arguments[0] not in DOES or not arguments[1].strip():
        sys.stderr.write(USAGE)
        return 2
    logs.configure()
    try:
        check_env_file(Path(".env"))
        chosen = read(LaunchSettings)
        with opened(chosen):
            asyncio.run(_change(arguments[0], arguments[1], chosen.url))
    except NotFound:
        sys.stderr.write(NOBODY)
        return 1
    except (AssistantError, CannotStart, PermissionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _change(verb: str, who: str, url: str) -> None:
    try:
        changed = await DOES[verb](await called(who))
    finally:
        await database.close()
    say(SAID[verb, changed].format(who, url))
