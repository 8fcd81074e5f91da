"""Which tools a user has."""

from uuid import UUID

from assistant.agent.backends.notes import Notes
from assistant.agent.tools import TOOLS
from assistant.services.notes import StoredNotes
from assistant.services.tiers import FREE, TIERS
from assistant.services.toolkit import Toolkit, toolkit_of
from tests.services.talk import ask

PRO = TIERS["pro"]


async def test_every_tool_that_is_there_has_what_it_needs(alice):
    toolkit = await toolkit_of(alice.id)
    assert {"calculator", "create_note", "web_fetch"} <= {tool.name for tool in toolkit.tools}
    assert all(tool.needs is None or tool.needs in toolkit.backends for tool in toolkit.tools)
    assert isinstance(toolkit.backends[Notes], StoredNotes)


async def test_a_tool_is_found_by_its_name(alice):
    toolkit = await toolkit_of(alice.id)
    assert toolkit.tool("calculator") is TOOLS[0]
    assert toolkit.tool("conquer") is None


async def test_a_search_without_an_engine_is_offered_to_no_model(alice, monkeypatch):
    toolkit = await toolkit_of(alice.id)
    offered = {tool.name for tool in toolkit.offered(PRO)}
    assert {tool.name for tool in toolkit.tools} - offered == {"web_search"}
    monkeypatch.setattr("assistant.services.toolkit.has_engine", lambda: True)
    assert toolkit.offered(PRO) == toolkit.tools


def test_what_the_plan_lacks_is_offered_to_no_model(monkeypatch):
    monkeypatch.setattr("assistant.services.toolkit.has_engine", lambda: True)
    everything = Toolkit(UUID(int=0), "UTC", TOOLS, {})
    assert everything.offered(PRO) == TOOLS
    names = {tool.name for tool in everything.offered(FREE)}
    assert {"list_events", "search_email", "write_file"} <= names
    assert not names & {"create_event", "send_email"}


async def test_the_model_of_a_turn_is_told_of_no_tool_that_the_plan_lacks(
    alice, vendors, free, monkeypatch
):
    monkeypatch.setattr("assistant.services.features.OURS", frozenset({"calculator"}))
    await ask(alice, "hello")
    (asked, *_) = vendors.requests
    assert [tool["name"] for tool in asked.body["tools"]] == ["calculator"]
