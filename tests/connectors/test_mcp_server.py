"""A server's tools are listed and called; what it says is cut and cleaned; faults are sentences."""

import pytest

from assistant.connectors.mcp_server import (
    MOST_DESCRIPTION,
    MOST_TEXT,
    MOST_TOOLS,
    Server,
    called,
    offered,
    require_safe,
)
from assistant.connectors.network import Reach
from assistant.errors import AccessRefused, ToolError
from tests.servers.mcp import TOKEN, mcp_server, no_mcp_server

HERE = Reach(frozenset({"127.0.0.1"}))


async def test_tools_are_listed_within_bounds_and_cleaned():
    async with mcp_server() as server:
        found = await offered(Server(server.url), HERE)
    assert len(found) == MOST_TOOLS
    assert [tool.name for tool in found[:4]] == ["add", "fail", "sleep", "much.text"]
    assert found[0].description == "Add two numbers."
    assert found[0].schema["required"] == ["a", "b"]
    assert all(len(tool.description) <= MOST_DESCRIPTION for tool in found)
    assert not any(len(tool.name) > 100 for tool in found)


async def test_a_call_reaches_the_tool_and_its_answer_comes_back_cleaned():
    async with mcp_server() as server:
        assert await called(Server(server.url), HERE, "add", {"a": 2, "b": 3}) == "The sum is 5"
        assert server.added == [(2, 3)]


async def test_a_long_answer_is_cut():
    async with mcp_server() as server:
        text = await called(Server(server.url), HERE, "much.text", {})
    assert text.endswith("[The rest is cut off.]")
    assert len(text) < MOST_TEXT + 100


async def test_what_a_tool_says_went_wrong_is_told():
    async with mcp_server() as server:
        with pytest.raises(ToolError, match=r"MCP server at \S+ says that it did not work"):
            await called(Server(server.url), HERE, "fail", {})


async def test_a_tool_that_never_ends_is_given_up():
    async with mcp_server() as server:
        with pytest.raises(ToolError, match=r"did not answer within 1 seconds\. Whether"):
            await called(Server(server.url), HERE, "sleep", {}, seconds=1)


async def test_the_token_lets_in_and_without_it_nothing_does():
    async with mcp_server(token=True) as server:
        assert await offered(Server(server.url, TOKEN), HERE)
        with pytest.raises(AccessRefused, match="does not accept the access token"):
            await offered(Server(server.url, "wrong"), HERE)


async def test_what_is_no_mcp_server_is_named_so():
    async with no_mcp_server() as url:
        with pytest.raises(ToolError, match=r"The MCP server at 127\.0\.0\.1 "):
            await offered(Server(url), HERE)


async def test_nobody_there_is_a_sentence():
    with pytest.raises(ToolError, match=r"could not be reached\. Nothing was changed\."):
        await offered(Server("http://127.0.0.1:9/mcp"), HERE)


async def test_a_server_inside_is_not_contacted():
    with pytest.raises(ToolError, match="stands in a private network"):
        await offered(Server("https://127.0.0.1/mcp"), Reach())


@pytest.mark.parametrize(
    "url",
    ["http://mcp.example.com/", "ftp://x", "https://u:p@x.example", "https://[", "https://x:y"],
)
def test_a_token_goes_nowhere_in_the_clear(url):
    with pytest.raises(ToolError, match="begins with https"):
        require_safe(url, HERE)


def test_the_token_is_in_no_text_of_a_server():
    assert TOKEN not in repr(Server("https://x.example", TOKEN))
