"""`python -m assistant.rotate keys|data`: change the keys while the app serves.

keys: wrap every data key by the wrapping key of now. data: give every user a new data key.
It may be ended at any moment, and started again to go on.
"""

import sys
from collections.abc import AsyncIterator

from assistant.local.installation import carried_out
from assistant.local.progress import say
from assistant.services.rotation import Done, renew_all, rewrap_all, settled_after

KINDS = {"keys": rewrap_all, "data": renew_all}
SAID_EVERY = 100  # users
KEPT = "What was done is kept; start it again to go on.\n"
UNREADABLE = "They stay as they are, and so do the old data keys that they name."


def main(arguments: list[str]) -> int:
    """Rotate. Returns the exit code: 1 for a fault, which is one sentence on stderr."""
    if len(arguments) != 1 or arguments[0] not in KINDS:
        sys.stderr.write("Say what to rotate: python -m assistant.rotate keys, or data.\n")
        return 2
    kind = arguments[0]
    return carried_out(lambda _: _report(KINDS[kind](), kind), kept=KEPT)


async def _report(batches: AsyncIterator[list[Done]], kind: str) -> int:
    """Say how far it is, and in the end what is left to do. Returns 1 where users failed."""
    done: list[Done] = []
    async for batch in batches:
        if len(done) // SAID_EVERY < (len(done) + len(batch)) // SAID_EVERY:
            say(f"{len(done) + len(batch)} users")
        done += batch
    failed = sum(each.failed for each in done)
    what = "data keys wrapped anew" if kind == "keys" else "values sealed anew"
    say(f"{len(done)} users: {sum(each.changed for each in done)} {what}, {failed} users failed.")
    if kind == "data":
        say(_about_keys(done))
        if unreadable := sum(each.unreadable for each in done):
            say(f"Values that do not open: {unreadable}. {UNREADABLE}")
    return int(failed > 0)


def _about_keys(done: list[Done]) -> str:
    dropped, left = sum(each.dropped for each in done), sum(each.left for each in done)
    minutes = int(settled_after().total_seconds() // 60) + 1
    later = f"; run this again in {minutes} minutes to drop what nothing needs then" if left else ""
    return f"{dropped} old data keys dropped, {left} kept{later}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
