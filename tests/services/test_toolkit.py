"""Which tools a user has."""

from assistant.agent.backends.notes import Notes
from assistant.agent.tools import TOOLS
from assistant.services.notes import StoredNotes
from assistant.services.toolkit import toolkit_of


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
    assert {tool.name for tool in toolkit.tools} - {tool.name for tool in toolkit.offered} == {
        "web_search"
    }
    monkeypatch.setattr("assistant.services.toolkit.has_engine", lambda: True)
    assert toolkit.offered == toolkit.tools
