"""Writes conversations into the app's database, as if they had been held some days ago.

`python -m tests.e2e.seed DATA` reads lines like {"user": id, "talks": [{"title": "A", "days": 1}]},
and answers each with the ids of the conversations.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assistant import database
from assistant.config import settings
from assistant.local.postgres import running
from assistant.migration import prepare
from assistant.models import Conversation, Message
from assistant.services import contents, messages, signatures
from assistant.services.keys import vault_in
from assistant.services.titles import PLACE
from assistant.vault import Vault


async def hold(
    user_id: UUID,
    title: str,
    count: int = 2,
    days: int = 0,
    said: dict[str, str] | None = None,
) -> UUID:
    """So many messages, by turns the user's and the assistant's. Returns the conversation's id.

    said: the words of some messages, by number; of "aside", a first message that stands on no
    branch which is shown.
    """
    words = said or {}
    held = datetime.now(UTC) - timedelta(days=days)
    conversation = Conversation(user_id=user_id, touched_at=held, details={"titled": "user"})
    async with database.user_session(user_id) as session:
        vault = await vault_in(session)
        conversation.title = vault.seal(PLACE, conversation.id, title)
        session.add(conversation)
        await session.flush()
        begun = {"user_id": user_id, "conversation_id": conversation.id, "status": "done"}
        if "aside" in words:
            before = held - timedelta(seconds=1)  # the others are all of one moment
            aside = Message(**begun, role="user", created_at=before)
            await write(session, vault, aside, words["aside"])
        parent = None
        for number in range(count):
            usual = f"Message {number:03d} of a long talk. " * (1 + number % 2 * 9)
            role = ("user", "assistant")[number % 2]
            message = Message(**begun, parent_id=parent, role=role)
            await write(session, vault, message, words.get(str(number), usual))
            parent = message.id
        conversation.head_id = parent
    return conversation.id


async def write(session: AsyncSession, vault: Vault, message: Message, words: str) -> None:
    """One message that says this, and that is found by it."""
    parts = contents.words(words)
    signature = signatures.signature(vault.user_id, message.id, parts, vault)
    message.content = messages.sealed(message.id, parts, vault)
    message.searchable = signature is not None
    session.add_all([message, *([signature] if signature else [])])
    await session.flush()


async def answer() -> None:
    """Do what the lines ask for, one after the other, until there are no more."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        held = [str(await hold(UUID(asked["user"]), **talk)) for talk in asked["talks"]]
        sys.stdout.write(f"{json.dumps(held)}\n")
        sys.stdout.flush()
    await database.close()


if __name__ == "__main__":
    data = Path(sys.argv[1])
    secret = (data / "secret.key").read_text().strip()
    with running(data / "postgres") as admin_url:
        urls = prepare(admin_url, secret)
        os.environ.update(
            ASSISTANT_SECRET_KEY=secret,
            DATABASE_APP_URL=urls.app,
            DATABASE_WORKER_URL=urls.worker,
        )
        settings.cache_clear()
        asyncio.run(answer())
