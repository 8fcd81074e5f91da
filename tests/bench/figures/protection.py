"""What protection costs: sealing, a page of sealed messages, the check of an event, new keys."""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import asyncpg
import pytest
import uvloop

from assistant import database, key_ring
from assistant.config import settings
from assistant.database import user_session
from assistant.models import Conversation, Message
from assistant.services import contents, messages
from assistant.services.accounts import sign_in_by_name
from assistant.services.keys import vault_in
from assistant.services.rotation import Done, renew_all, rewrap_all
from assistant.services.sessions import User, recognised, require_alive, vouched, who_is
from assistant.vault import Vault, new_wrapped_key, unlock
from tests.bench.load import Bench
from tests.bench.machine import Others
from tests.bench.own_database import own_database
from tests.bench.report import Row

PLACE = "messages.content"
TEXT = "Words of a message, as long as many are. " * 50  # 2 kB
SEALED_PAGES, CHECKS, SEALS = 300, 20_000, 20_000
MESSAGES = 50
USERS, QUICK_USERS = 1_000, 50
TITLES = 10


def measure(bench: Bench) -> list[Row]:
    """All four, in a database of their own."""
    users = QUICK_USERS if bench.quick else USERS
    with own_database() as (admin_url, folder):
        return uvloop.run(_measure(admin_url, folder, users))


async def _measure(admin_url: str, folder: Path, users: int) -> list[Row]:
    user = await who_is((await sign_in_by_name("Reader")).access)
    rows = [_sealing(), await _checking(user), await _reading(user)]
    await _fill(admin_url, users)
    rows += await _rotating(folder, users)
    await database.close()
    return rows


def _sealing() -> Row:
    vault, row_id = unlock(owner := uuid4(), new_wrapped_key(owner)), uuid4()
    others, began = Others(), time.process_time()
    for _ in range(SEALS):
        vault.open(PLACE, row_id, vault.seal(PLACE, row_id, TEXT))
    spent = (time.process_time() - began) * 1e6 / SEALS
    note = f"{len(TEXT) / 1024:.1f} kB, both together"
    return Row("seal and open 2 kB: CPU", spent, "µs", 10, others=others.cores(), note=note)


async def _checking(user: User) -> Row:
    header = vouched(user)
    await require_alive(recognised(header))
    others, began = Others(), time.perf_counter()
    for _ in range(CHECKS):
        await require_alive(recognised(header))
    spent = (time.perf_counter() - began) * 1000 / CHECKS
    return Row("session check of an event, cached", spent, "ms", 0.2, others=others.cores())


async def _reading(user: User) -> Row:
    """A page of sealed messages, and the same page where nothing was sealed."""
    sealed, clear = await _talk(user.id, is_sealed=True), await _talk(user.id, is_sealed=False)
    others = Others()
    with_seal = await _page_ms(user.id, sealed)
    with _nothing_sealed():
        without = await _page_ms(user.id, clear)
    note = f"{with_seal:.1f} against {without:.1f} ms, median of {SEALED_PAGES}"
    more = with_seal - without
    return Row(f"page of {MESSAGES} sealed messages: more than in clear", more, "ms", 5,
               others=others.cores(), note=note)  # fmt: skip


async def _talk(user_id: UUID, *, is_sealed: bool) -> UUID:
    conversation = Conversation(user_id=user_id)
    said = contents.words(TEXT)
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        session.add(conversation)
        await session.flush()
        for number in range(MESSAGES):
            message = Message(
                user_id=user_id,
                conversation_id=conversation.id,
                parent_id=conversation.head_id,
                role=("user", "assistant")[number % 2],
                status="done",
            )
            sealed = messages.sealed(message.id, said, vault)
            message.content = sealed if is_sealed else contents.dump(said).encode()
            session.add(message)
            await session.flush()
            conversation.head_id = message.id
    return conversation.id


@contextmanager
def _nothing_sealed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "knows", lambda *_: True)
        patch.setattr(Vault, "open", lambda _self, _place, _row, value: value.decode())
        yield


async def _page_ms(user_id: UUID, conversation_id: UUID) -> float:
    waits = []
    for _ in range(SEALED_PAGES):
        began = time.perf_counter()
        page = await messages.page(user_id, conversation_id, None, MESSAGES)
        waits.append((time.perf_counter() - began) * 1000)
        if [part["text"] for each in page.messages for part in each["parts"]] != [TEXT] * MESSAGES:
            raise AssertionError("The page does not show what was written.")
    return median(waits)


async def _fill(admin_url: str, users: int) -> None:
    """Users with an old key and some sealed titles each, and nobody else."""
    admin = await asyncpg.connect(admin_url)
    await admin.execute("delete from profiles")
    for user_id in [uuid4() for _ in range(users)]:
        vault = unlock(user_id, key := new_wrapped_key(user_id))
        await admin.execute("insert into profiles (id, user_id) values ($1, $1)", user_id)
        await admin.execute(
            "insert into user_keys (id, user_id, number, wrapped, wrapped_by, created_at) "
            "values ($1, $1, $2, $3, $4, now() - interval '3 days')",
            *(user_id, *key),
        )
        titles = [uuid4() for _ in range(TITLES)]
        await admin.executemany(
            "insert into conversations (id, user_id, title) values ($1, $2, $3)",
            [(t, user_id, vault.seal("conversations.title", t, "A title")) for t in titles],
        )
    await admin.execute("analyze")
    await admin.close()


async def _rotating(folder: Path, users: int) -> list[Row]:
    file = folder / "kek"
    file.write_text("another-key-for-the-benchmark-" * 2)
    os.environ["ASSISTANT_KEK_FILE"] = str(file)
    settings.cache_clear()
    key_ring.ring.cache_clear()
    wrapped = await _all(rewrap_all, f"new wrapping key for {users:,} users", 5)
    note = f"{TITLES} values each"
    return [wrapped, await _all(renew_all, f"new data keys for {users:,} users", None, note)]


async def _all(
    rotate: Callable[[], AsyncIterator[list[Done]]], name: str, goal: float | None, note: str = ""
) -> Row:
    others, began = Others(), time.perf_counter()
    done = [each async for batch in rotate() for each in batch]
    spent = time.perf_counter() - began
    if sum(each.failed for each in done):
        raise AssertionError("A user's keys could not be renewed.")
    return Row(name, spent, "s", goal, others=others.cores(), note=note)
