"""The page of the audit log opens no conversation."""

from assistant.state.audit import AuditState
from assistant.state.chat import ChatState
from tests.services.talk import ask


async def test_the_conversation_that_was_open_is_open_no_more(hers, alice, demo):
    await ask(alice, "Hello.")
    await hers.send(AuditState, "load")
    assert (await hers.state(ChatState)).conversation_id == ""
