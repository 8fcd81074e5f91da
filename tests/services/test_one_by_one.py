"""Who holds a user's profile is waited for by whoever would hold it, too, and by nobody else."""

import asyncio

from assistant.database import user_session
from assistant.services.notes import StoredNotes
from assistant.services.one_by_one import hold
from tests.services.talk import eventually, rows

WAITING = """
    select 1 from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
"""


async def held(user) -> None:
    async with user_session(user.id) as session:
        await hold(session)


async def test_the_next_waits_for_the_end_of_the_transaction_and_others_do_not(alice, bob, db):
    async with user_session(alice.id) as session:
        await hold(session)
        following = asyncio.create_task(held(alice))
        assert await eventually(lambda: rows(db, WAITING))
        await held(bob)
        assert not following.done()
    await following


async def test_what_hangs_on_the_profile_is_added_meanwhile(alice):
    async with user_session(alice.id) as session:
        await hold(session)
        async with asyncio.timeout(5):
            await StoredNotes(alice.id).create("Milk", "Two", tainted=False, key="k")
