"""Pages on which no conversation is open begin alike."""

import pytest

from assistant.errors import UNEXPECTED
from assistant.services import usage_report
from assistant.state.admin import AdminState
from assistant.state.audit import AuditState
from assistant.state.chat import ChatState
from assistant.state.usage import UsageState
from tests.services.talk import say


@pytest.mark.parametrize("state", [AdminState, AuditState, UsageState])
async def test_the_conversation_that_was_open_is_open_no_more(state, hers, alice, demo):
    place = (await say(alice, "Hello.")).conversation_id
    hers.chat_id = str(place)
    await hers.send(ChatState, "load")
    assert (await hers.state(ChatState)).conversation_id == str(place)
    await hers.send(state, "load")
    assert (await hers.state(ChatState)).conversation_id == ""


async def test_what_fails_is_said_on_the_page(hers, monkeypatch):
    async def fails(*_):
        raise RuntimeError

    monkeypatch.setattr(usage_report, "report", fails)
    await hers.send(UsageState, "load")
    assert (await hers.state(UsageState)).problem == UNEXPECTED


async def test_who_is_not_signed_in_is_told_nothing(anonymous):
    await anonymous.send(UsageState, "load")
    told = await anonymous.state(UsageState)
    assert (told.ready, told.problem) == (False, "")
