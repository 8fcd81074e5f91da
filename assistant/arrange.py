"""`python -m assistant.arrange WHO MAIL USD [SEATS]`: a plan by arrangement for somebody.

WHO is a user's id, or the name by which somebody signs in on this machine. Stripe sends the
invoices to MAIL; USD is for a month and seat. The app may serve meanwhile.
"""

import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from assistant.local.installation import carried_out
from assistant.local.progress import say
from assistant.services import stripe_client
from assistant.services.arrangement import PLAN, arrange
from assistant.services.operators import called

USAGE = "Say for whom and what: python -m assistant.arrange Ada bills@ada.example 49.90 12.\n"
SAID = "{} has the {} plan with {} seats. Stripe sends the invoices."


def main(arguments: Sequence[str]) -> int:
    """Arrange it. Returns the exit code: 1 for a fault, which is one sentence on stderr."""
    try:
        who, mail, price, seats = (*arguments, "1")[:4]
        terms = mail, Decimal(price), int(seats)
    except (ValueError, InvalidOperation):
        sys.stderr.write(USAGE)
        return 2
    return carried_out(lambda _: _arrange(who, *terms))


async def _arrange(who: str, mail: str, price: Decimal, seats: int) -> int:
    try:
        plan = await arrange(await called(who), mail, price, seats)
    finally:
        await stripe_client.close()
    say(SAID.format(who, PLAN.label, plan.seats))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
