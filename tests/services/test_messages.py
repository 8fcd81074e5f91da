"""The messages of a branch: in pages from the newest back, and as a model reads them."""

from uuid import uuid4

import pytest

from assistant.database import user_connection, user_session
from assistant.errors import NotFound
from assistant.models import Conversation, Message
from assistant.services import messages, turns
from assistant.services.contents import words
from assistant.services.keys import vault_in
from tests.services.talk import ask, ended, say, shown, text_of, wish


async def branch_of(user, number: int, said: str = "m{}"):
    """A conversation of so many messages, question and answer in turn."""
    async with user_session(user.id) as session:
        conversation = Conversation(user_id=user.id)
        session.add(conversation)
        await session.flush()
        vault, parent = await vault_in(session), None
        for n in range(number):
            message = Message(
                user_id=user.id,
                conversation_id=conversation.id,
                parent_id=parent,
                role="assistant" if n % 2 else "user",
                status="done",
            )
            message.content = messages.sealed(message.id, words(said.format(n)), vault)
            session.add(message)
            await session.flush()
            parent = message.id
        conversation.head_id = parent
    return conversation.id, parent


async def test_pages_join_to_the_whole_branch(alice, db):
    conversation, _ = await branch_of(alice, 25)
    seen, before, earlier = [], None, True
    while earlier:
        read = await messages.page(alice.id, conversation, before, 10)
        seen = [text_of(m["parts"]) for m in read.messages] + seen
        before, earlier = read.messages[0]["id"], read.earlier
    assert seen == [f"m{n}" for n in range(25)]


async def test_a_page_holds_no_more_than_the_most(alice, db):
    conversation, _ = await branch_of(alice, 110)
    read = await messages.page(alice.id, conversation, None, 10_000)
    assert (len(read.messages), read.earlier) == (messages.PAGE_AT_MOST, True)


async def test_an_empty_conversation_has_an_empty_page(alice, db):
    conversation, _ = await branch_of(alice, 0)
    assert await messages.page(alice.id, conversation, None, 10) == ([], False)


async def test_a_message_of_another_conversation_marks_no_page(alice, bob, db):
    hers, _ = await branch_of(alice, 2)
    _, elsewhere = await branch_of(alice, 2)
    _, foreign = await branch_of(bob, 2)
    said = set()
    for marker in (elsewhere, foreign, uuid4()):
        with pytest.raises(NotFound) as caught:
            await messages.page(alice.id, hers, marker, 10)
        said.add(str(caught.value))
    assert len(said) == 1


async def test_the_page_shows_the_branch_that_was_retried_last(alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)
    old = (await shown(alice, started.conversation_id))[-1]["id"]
    await ended(alice, await turns.retry(alice.id, old, wish()))
    await ask(alice, "thanks", started.conversation_id)
    ids = [message["id"] for message in await shown(alice, started.conversation_id)]
    assert len(ids) == 4
    assert old not in ids


@pytest.mark.parametrize("tokens", [1, 100, 2_000])
async def test_a_model_reads_the_newest_part_that_about_fits(tokens, alice, db):
    _, head = await branch_of(alice, 200, "word " * 20 + "{}")
    async with user_connection(alice.id) as connection:
        read = await messages.history(connection, alice.id, head, tokens)
    assert read[-1].text.endswith("199")
    assert len(read) % 64 in (0, 200 % 64)
    assert len(read) < 200 or tokens >= 2_000
    numbers = [int(message.text.split()[-1]) for message in read]
    assert numbers == list(range(200 - len(read), 200))


async def test_a_reply_and_its_continuation_are_one_message_for_a_model(alice, db):
    conversation, head = await branch_of(alice, 2)
    async with user_session(alice.id) as session:
        more = Message(
            user_id=alice.id, conversation_id=conversation, parent_id=head, role="assistant",
            status="done",
        )  # fmt: skip
        more.content = messages.sealed(more.id, words(" and more"), await vault_in(session))
        session.add(more)
    async with user_connection(alice.id) as connection:
        read = await messages.history(connection, alice.id, more.id, 1_000)
    assert [(m.role, m.text) for m in read] == [("user", "m0"), ("assistant", "m1 and more")]
