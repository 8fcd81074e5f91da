"""What is read, written and erased while keys are changed."""

import asyncio

import asyncpg

from assistant.database import user_connection, user_session
from assistant.services import conversations, erasure, keys, rotation
from assistant.services.accounts import name_of
from assistant.services.keys import fresh_vault, fresh_vault_over, row_of, vault_in
from tests.services.rotating import NONE, conversations_of, migrator, numbers, run
from tests.services.talk import ask, eventually, rows, shown, text_of, title_of

__all__ = ["migrator"]


async def test_what_changed_meanwhile_is_left_for_the_next_round(alice, demo, db, migrator):
    chat = await conversations_of(alice)
    async with user_connection(alice.id) as connection:
        old = await fresh_vault_over(connection, alice.id)
        late = old.seal("conversations.title", chat, "late words")
        await rotation._add_key(connection, alice.id, NONE)
        vault = await fresh_vault_over(connection, alice.id)
    writer = await asyncpg.connect(db)
    async with writer.transaction():
        await writer.execute("update conversations set title = $1 where id = $2", late, chat)
        sealing = asyncio.create_task(rotation._reseal_batch("conversations.title", [chat], vault))
        blocked = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = $1"
        await eventually(lambda: rows(db, blocked, db.rsplit("/", 1)[1]))
    await sealing
    await writer.close()
    assert await title_of(alice, chat) == "late words"
    await rotation._renew(alice.id, rotation.YOUNG)
    assert await title_of(alice, chat) == "late words"
    assert await numbers(db, alice) == [2]


async def test_who_writes_what_is_just_being_rotated_is_never_held_up_for_good(
    alice, demo, db, migrator
):
    """An answer that ends changes its message first, and its conversation after it."""
    chat = await conversations_of(alice)
    writer = await asyncpg.connect(db)
    await writer.execute("set deadlock_timeout = '10ms'")  # of two that wait it is ended first
    async with writer.transaction():
        said = "update messages set model = model where conversation_id = $1"
        await writer.execute(said, chat)
        rotating = asyncio.create_task(rotation._renew(alice.id, NONE))
        stays = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = $1"

        async def waits_or_is_done():
            return rotating.done() or await rows(db, stays, db.rsplit("/", 1)[1])

        await eventually(waits_or_is_done)
        touched = "update conversations set touched_at = now() where id = $1"
        await writer.execute(touched, chat)
    await writer.close()
    assert (await rotating).unreadable == 0
    await rotation._renew(alice.id, rotation.YOUNG)
    assert await numbers(db, alice) == [2]


async def test_readers_and_writers_go_on_meanwhile(alice, demo, db, migrator):
    chat = await conversations_of(alice)
    titles, over = [], asyncio.Event()

    async def write() -> None:
        count = 0
        while not over.is_set():
            await conversations.rename(alice.id, chat, f"title {count}")
            await ask(alice, f"message {count}", chat)
            count += 1

    async def read() -> None:
        while not over.is_set():
            titles.append(await title_of(alice, chat))
            titles.extend(text_of(each["parts"]) for each in await shown(alice, chat))

    tasks = [asyncio.create_task(each()) for each in (write, read, read)]
    for _ in range(4):
        async with user_session(alice.id) as session:
            session.add(row_of(alice.id, (await fresh_vault(session)).next_key()))
        async with user_connection(alice.id) as connection:
            vault = await fresh_vault_over(connection, alice.id)
            older = await rotation._older(connection, vault.newest)
        changed, unreadable = await rotation._reseal(vault, older)
        assert changed
        assert not unreadable
        keys._OPENED.clear()  # as if another process wrote from now on
    over.set()
    await asyncio.gather(*tasks)
    assert (await rotation._renew(alice.id, rotation.YOUNG)).dropped == 4
    keys._OPENED.clear()
    titles += [await title_of(alice, chat), *(str(each) for each in await shown(alice, chat))]
    assert len(titles) > 10
    assert not [each for each in titles if "nreadable" in each or "cannot be opened" in each]


async def test_who_holds_a_vault_learns_of_new_keys(alice, db, migrator):
    async with user_session(alice.id) as session:
        held = await vault_in(session)
    await rotation._renew(alice.id, NONE)
    assert held.newest == 1
    assert await name_of(alice.id) != keys.UNREADABLE
    assert held.newest == 2


async def test_who_was_erased_meanwhile_holds_up_nobody(alice, bob, db, migrator):
    await run(db, "update profiles set erase_at = now() where user_id = $1", alice.id)
    assert await erasure.erase(alice.id)

    async def renew(user_id):
        return await rotation._renew(user_id, NONE)

    batches = [batch async for batch in rotation._for_each([alice.id, bob.id], renew)]
    assert [done.failed for done in batches[0]] == [False, False]
    assert await numbers(db, bob) == [2]
