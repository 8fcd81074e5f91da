"""`python -m assistant.arrange WHO MAIL USD [SEATS]`: a plan by arrangement for somebody.

WHO is a user's id, or the name by which somebody signs in on this machine. Stripe sends the
invoices to MAIL; USD is for a month and seat. The app may serve meanwhile.
"""

import asyncio
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from assistant import database, logs
from assistant.config import LaunchSettings, read
from assistant.errors import AssistantError, CannotStart, NotFound
from assistant.local.checks import check_env_file
from assistant.local.installation import opened
from assistant.local.progress import say
from assistant.services import stripe_client
from assistant.services.arrangement import PLAN, arrange
from assistant.services.operators import called

USAGE = "Say for whom and what: python -m assistant.arrange Ada bills@ada.example 49.90 12.\n"
NOBODY = "No user here has this id, and nobody signs in by this name. Nothing was changed.\n"
SAID = "{} has the {} plan with {} seats. Stripe sends the invoices."


def main(arguments: Sequence[str]) -> int:
    """Arrange it. Returns the exit code: 1 for a fault, which is one sentence on stderr."""
    try:
        who, mail, price, seats = (*arguments, "1")[:4]
        terms = mail, Decimal(price), int(seats)
    except (ValueError, InvalidOperation):
        sys.stderr.write(USAGE)
        return 2
    logs.configure()
    try:
        check_env_file(Path(".env"))
        with opened(read(LaunchSettings)):
            asyncio.run(_arrange(who, *terms))
    except NotFound:
        sys.stderr.write(NOBODY)
        return 1
    except (AssistantError, CannotStart, PermissionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _arrange(who: str, mail: str, price: Decimal, seats: int) -> None:
    try:
        plan = await arrange(await called(who), mail, price, seats)
    finally:
        await stripe_client.close()
        await database.close()
    say(SAID.format(who, PLAN.label, plan.seats))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
