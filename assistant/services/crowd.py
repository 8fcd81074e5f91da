"""What may wait while a crowd is being answered, so that the answers that begin need not.

A list in the sidebar is read anew at each turn's beginning, end and title; with a hundred people
that is most of a process's work just when their first words are due.
"""

import asyncio

from assistant.services.turn_run import running_here

CROWD = 20  # turns in this process; fewer leave time for all
SECONDS_EACH = 0.02
AT_MOST_SECONDS = 2.0


async def give_way() -> None:
    """Wait a little for each turn that runs here beyond a few; not at all where few do."""
    if (beyond := running_here() - CROWD) > 0:
        await asyncio.sleep(min(beyond * SECONDS_EACH, AT_MOST_SECONDS))
