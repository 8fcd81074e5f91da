"""The settings page: it opens for who is signed in, and closes the conversation."""

from assistant.state.chat import ChatState
from assistant.state.settings import SettingsState
from tests.services.talk import ended, say


async def test_no_conversation_is_open_beside_the_settings(hers, alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)
    hers.chat_id = str(started.conversation_id)
    await hers.opened()
    await hers.send(ChatState, "load")
    assert (await hers.state(ChatState)).conversation_id == hers.chat_id
    await hers.send(SettingsState, "load")
    assert (await hers.state(ChatState)).conversation_id == ""


async def test_who_is_not_signed_in_comes_back_after_signing_in(anonymous):
    await anonymous.send(SettingsState, "load")
    assert "/sign-in?next=/settings" in anonymous.redirects
