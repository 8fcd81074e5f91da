"""A process of its own that follows a turn of another one and prints what it reads.

Arguments: the ids of user and turn.
"""

import asyncio
import sys
from uuid import UUID

from assistant import database
from assistant.services import shared_log, turn_log
from assistant.services.turn_state import state_of

BEAT_SECONDS = 0.3


async def follow(user_id: UUID, turn_id: UUID) -> None:
    """Print "beat" for each beat, and number and data of each entry."""
    state = await state_of(user_id, turn_id)
    assert turn_log.local(turn_id) is None
    tell("follows")
    async for batch in shared_log.follow(turn_id, state.vault, 0):
        if not batch:
            tell("beat")
        for entry in batch:
            tell(f"{entry.number} {entry.data}")
    await database.close()


def tell(line: str) -> None:
    """Write the line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    turn_log.BEAT_SECONDS = BEAT_SECONDS
    asyncio.run(follow(*map(UUID, sys.argv[1:])))
