"""`python -m assistant operator add|remove WHO`: who may open the operator's page.

WHO is a user's id, or the name by which somebody signs in on this machine. The app may serve
meanwhile; it asks the database at each opening of the page.
"""

import sys
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from assistant.local.installation import carried_out
from assistant.local.progress import say
from assistant.services.operators import appoint, called, dismiss

USAGE = "Say who: python -m assistant operator add Ada, or remove Ada (a sign-in name or an id).\n"
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
    return carried_out(lambda chosen: _change(arguments[0], arguments[1], chosen.url))


async def _change(verb: str, who: str, url: str) -> int:
    changed = await DOES[verb](await called(who))
    say(SAID[verb, changed].format(who, url))
    return 0
