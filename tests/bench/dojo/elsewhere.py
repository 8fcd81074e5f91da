"""The suites for whose tools the app has none of its own: a user connects them as an MCP server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agentdojo.functions_runtime import FunctionsRuntime
from mcp.server.lowlevel import Server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)

from assistant.connectors.mcp_tools import name_of
from assistant.services.accounts import sign_in_by_name
from assistant.services.connections import connect, listed, set_effect
from assistant.services.sessions import who_is
from tests.bench.dojo.attacks import Call
from tests.bench.dojo.calls import Moves
from tests.bench.dojo.expected import is_reading
from tests.bench.dojo.obedient import Play
from tests.bench.dojo.people import Person
from tests.bench.dojo.rounds import Played
from tests.bench.dojo.stage import Stage
from tests.servers.mcp import serving


class Elsewhere:
    """A suite's tools, on the environment of the task that is played."""

    def __init__(self, suite: Any) -> None:
        self._suite = suite
        self._clean = suite.load_and_inject_default_environment({})
        self._tools = FunctionsRuntime(suite.tools)
        self._world = self._clean

    def begin(self, task: Any) -> list[Call]:
        """Have the environment in which this task begins. Returns the calls that solve it."""
        self._world = task.init_environment(self._clean.model_copy(deep=True))
        truth = task.ground_truth(self._world.model_copy(deep=True))
        return [(call.function, dict(call.args)) for call in truth]

    async def offers(self, _: object, __: PaginatedRequestParams | None) -> ListToolsResult:
        """All tools of the suite."""
        return ListToolsResult(
            tools=[
                Tool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=tool.parameters.model_json_schema(),
                )
                for tool in self._suite.tools
            ]
        )

    async def answers(self, _: object, asked: CallToolRequestParams) -> CallToolResult:
        """A call, done in the environment."""
        said, error = self._tools.run_function(self._world, asked.name, asked.arguments or {})
        text = error or str(said)
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=bool(error))

    def moves(self, name: str, args: dict[str, Any], _: Any) -> Moves:
        """The reply that makes a call."""
        yield [(name_of(self._suite.name, name), args)]


async def played_elsewhere(stage: Stage, suite: Any, tasks: list[str]) -> list[Played]:
    """One task after the other, by somebody who has said what each of the tools does."""
    world, played = Elsewhere(suite), []
    async with _connected(stage, suite, world) as person:
        for name in tasks:
            task = suite.user_tasks[name]
            calls = world.begin(task)
            play = Play(task.PROMPT.strip(), calls, None, moves=world.moves)
            stage.vendor.plays[play.prompt] = play
            played.append(Played(f"{suite.name} {name}", play, await person.give(play)))
    return played


@asynccontextmanager
async def _connected(stage: Stage, suite: Any, world: Elsewhere) -> AsyncIterator[Person]:
    server: Server[Any] = Server(suite.name, on_list_tools=world.offers, on_call_tool=world.answers)
    async with serving(server.streamable_http_app()) as port:
        user = await who_is((await sign_in_by_name(f"{suite.name} user")).access)
        form = {"name": suite.name, "url": f"http://127.0.0.1:{port}/mcp"}
        await connect(user.id, "mcp", form)
        (connection,) = await listed(user.id)
        for tool in suite.tools:
            effect = "read" if is_reading(tool.name) else "send"
            await set_effect(user.id, connection.id, tool.name, effect)
        yield Person(suite.name, user, stage.servers)
