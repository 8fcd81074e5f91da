"""What a page of the chat does in tests: it sends, picks, and goes elsewhere."""

import asyncio
from uuid import UUID

from assistant.services import turns
from assistant.state.chat import ChatState
from tests.services.talk import ended, rows, shown

KEY = "client-key-{}"


async def sent(hers, text="hello", key="client-key-1", files=()):
    """The state after the page has sent this where it is."""
    place = (await hers.state(ChatState)).conversation_id
    given = {"text": text, "client_key": key, "file_ids": [str(each) for each in files]}
    await hers.send(ChatState, "send", conversation_id=place, **given)
    return await hers.state(ChatState)


def holding(monkeypatch, module, name):
    """Let a call wait once it is done, until it may come back: (it is done, it may come back)."""
    real, done, may = getattr(module, name), asyncio.Event(), asyncio.Event()

    async def slow(*values, **options):
        answer = await real(*values, **options)
        done.set()
        await may.wait()
        return answer

    monkeypatch.setattr(module, name, slow)
    return done, may


async def picked(page, model_id):
    """The state after the page has picked a model, as its picker does which it has loaded."""
    await page.send(ChatState, "load")
    await page.send(ChatState, "pick", model_id=model_id)
    await page.send(ChatState, "keep_pick", model_id=model_id)
    return await page.state(ChatState)


async def went_to(page, conversation_id):
    """The page, once the user has opened another conversation in it ("" for none)."""
    page.chat_id = str(conversation_id)
    await page.send(ChatState, "load")
    return await page.state(ChatState)


async def used(db, user, messages):
    """The user has sent so many messages this month."""
    sql = "update allowances set messages = $2 where kind = 'month' and user_id = $1"
    await rows(db, sql, user.id, messages)


async def said_and_answered(hers, alice):
    """What the page shows, once a first message is answered."""
    state = await sent(hers)
    conversation = UUID(state.conversation_id)
    await ended(alice, turns.Started(UUID(state.turn_id), conversation))
    return conversation, await shown(alice, conversation)
