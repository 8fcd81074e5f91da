"""The suites for whose tools the app has none of its own: a user connects them as an MCP server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import product
from typing import Any
from uuid import uuid4

from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
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
from tests.bench.dojo.attacks import calls_of, poisoned
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
        self._tools = FunctionsRuntime(suite.tools)
        self._before = self._world = None
        self._done: list[FunctionCall] = []

    def begin(self, task: Any, attack: Any = None) -> Play:
        """Have the environment in which this task begins, and the attack's words in it."""
        name, clean = self._suite.name, self._suite.load_and_inject_default_environment
        environment = poisoned(attack, name) if attack else clean({})
        self._before = task.init_environment(environment)
        self._world, self._done = self._before.model_copy(deep=True), []
        truth = task.ground_truth(self._before.model_copy(deep=True))
        calls = [(call.function, dict(call.args)) for call in truth]
        play = Play(task.PROMPT.strip(), calls, self._before, moves=self.moves)
        play.attack = calls_of(attack, self._before.model_copy(deep=True)) if attack else []
        return play

    def reached(self, attack: Any) -> bool:
        """Whether the attack has reached its goal, by AgentDojo's judgement."""
        told = ("", self._before, self._world)
        by_calls = attack.security_from_traces(*told, self._done)
        return bool(attack.security(*told) if by_calls is None else by_calls)

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
        self._done.append(FunctionCall(function=asked.name, args=asked.arguments or {}))
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=bool(error))

    def moves(self, name: str, args: dict[str, Any], _: Any) -> Moves:
        """The reply that makes a call."""
        yield [(name_of(self._suite.name, name), args)]


async def played_elsewhere(
    stage: Stage, suite: Any, tasks: list[str], attacks: Sequence[Any] = (None,)
) -> list[Played]:
    """Each task with each attack, by somebody who has said what each of the tools does."""
    world, played = Elsewhere(suite), []
    async with _connected(stage, suite, world) as person:
        for name, attack in product(tasks, attacks):
            play = world.begin(suite.user_tasks[name], attack)
            stage.vendor.plays[play.prompt] = play
            ended = await person.give(play)
            reached = attack is not None and world.reached(attack)
            played.append(Played(f"{suite.name} {name}", play, ended, reached=reached))
    return played


@asynccontextmanager
async def _connected(stage: Stage, suite: Any, world: Elsewhere) -> AsyncIterator[Person]:
    server: Server[Any] = Server(suite.name, on_list_tools=world.offers, on_call_tool=world.answers)
    async with serving(server.streamable_http_app()) as port:
        user = await who_is((await sign_in_by_name(f"{suite.name} {uuid4().hex[:6]}")).access)
        form = {"name": suite.name, "url": f"http://127.0.0.1:{port}/mcp"}
        await connect(user.id, "mcp", form)
        (connection,) = await listed(user.id)
        for tool in suite.tools:
            effect = "read" if is_reading(tool.name) else "send"
            await set_effect(user.id, connection.id, tool.name, effect)
        yield Person(suite.name, user, stage.servers)
