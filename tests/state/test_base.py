"""What every page's state knows, and how a failure is said."""

from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from assistant.errors import UNEXPECTED, AssistantError, Busy, NotFound, Refused
from assistant.services import conversations
from assistant.state.base import sentence
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, say, title_of


@pytest.mark.parametrize("error", [NotFound("answer"), Refused("No."), Busy("Later.")])
def test_an_error_for_the_user_is_said_in_its_own_words(error):
    assert isinstance(error, AssistantError)
    with capture_logs() as logs:
        assert sentence(error) == str(error)
    assert logs == []


@pytest.mark.parametrize("error", [RuntimeError("secret"), KeyError("secret"), OSError("secret")])
def test_a_defect_is_one_neutral_sentence_and_is_logged_whole(error):
    with capture_logs() as logs:
        assert sentence(error) == UNEXPECTED
    (entry,) = logs
    assert (entry["event"], entry["exc_info"]) == ("event_failed", error)


async def test_what_fails_is_said_on_the_page_until_it_is_dismissed(hers):
    await hers.send(SidebarState, "rename", conversation_id=str(uuid4()), title="Mine")
    assert (await hers.state(SidebarState)).problem == "This conversation does not exist."
    await hers.send(SidebarState, "dismiss_problem")
    assert (await hers.state(SidebarState)).problem == ""


async def test_a_defect_shows_nothing_of_itself(hers, monkeypatch):
    async def breaks(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(conversations, "archive", breaks)
    await hers.send(SidebarState, "archive", conversation_id=str(uuid4()))
    assert (await hers.state(SidebarState)).problem == UNEXPECTED


async def test_the_user_of_a_page_is_the_one_whom_the_guard_has_vouched_for(
    hers, anonymous, alice, demo
):
    started = await say(alice, "hello")
    await ended(alice, started)
    place = str(started.conversation_id)
    await anonymous.send(SidebarState, "rename", conversation_id=place, title="Theirs")
    assert (await anonymous.state(SidebarState)).problem == "Please sign in."
    await hers.send(SidebarState, "rename", conversation_id=place, title="Hers")
    assert await title_of(alice, started.conversation_id) == "Hers"
