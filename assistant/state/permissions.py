"""The settings of what tools may do: a rule for each, and the permissions that stand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import Field

from assistant.agent.acts import Effect, Tool
from assistant.agent.gate import GRANTED, Rule
from assistant.errors import NotFound, NotSignedIn
from assistant.services import permissions
from assistant.services.inputs import identifier
from assistant.services.permissions import Granted
from assistant.services.tiers import Tier, allows, plan_with, tier_of
from assistant.services.toolkit import toolkit_of
from assistant.state.base import KEPT, SAVED, BaseState, saying_what_fails, sentence
from assistant.state.chat import Id
from assistant.state.commands import command

OFF, ASK, ALLOWED = (
    {"value": "off", "label": "Off"},
    {"value": "ask", "label": "Ask me"},
    {"value": "allow", "label": "Allowed"},
)
CLASSES = {
    Effect.READ: "Only reads.",
    Effect.WRITE: "Changes what is yours; you can undo it.",
    Effect.SEND: "Others see what it does.",
    Effect.DESTROY: "Takes something away.",
}
LONGEST_WORDS = 200  # characters of what a tool of a server says of itself
ToolName = Annotated[str, Field(max_length=200)]


@dataclass
class ToolRow:
    """A tool and its rule. does: what it can do. choices: the rules that its class may have.

    plan: what the plan is called that has it, "" where the user's does.
    """

    name: str
    title: str
    does: str
    rule: str
    choices: list[dict[str, str]]
    plan: str = ""


@dataclass
class GrantRow:
    """A permission that stands. scope: what it covers. Moments are ISO 8601, "" for never."""

    id: str
    tool: str
    scope: str
    conversation: str
    used_at: str
    expires_at: str


class PermissionsState(BaseState):
    """What the section shows. said: how the last change of the tool `changed` ended.

    number: counts the changes, so that each is told from the one before.
    """

    ready: bool = False
    tools: list[ToolRow] = []
    grants: list[GrantRow] = []
    changed: str = ""
    said: str = ""
    failed: bool = False
    number: int = 0

    @rx.event(background=True)
    async def load(self) -> None:
        """Show how things stand."""
        async with saying_what_fails(self):
            with suppress(NotSignedIn):  # the page itself sends them to sign in
                await self._read(self._user_id())

    async def _read(self, user_id: UUID) -> None:
        rules = await permissions.rules(user_id)
        known = (await toolkit_of(user_id)).tools
        tier = await tier_of(user_id)
        tools = [_tool(tool, rules, tier) for tool in known]
        called = {tool.name: tool.called for tool in known}
        grants = [_grant(each, called) for each in await permissions.granted(user_id)]
        async with self:
            self.tools, self.grants, self.ready = tools, grants, True

    @command
    async def choose(self, tool: ToolName, rule: Literal["off", "ask", "allow"]) -> None:
        """Let a rule hold for a tool, at once."""
        async with self._saving(tool):
            known = (await toolkit_of(self._user_id())).tool(tool)
            if known is None:
                raise NotFound("tool")
            await permissions.choose(self._user_id(), known, rule)

    @command
    async def revoke(self, grant_id: Id) -> None:
        """End a permission, at once."""
        async with saying_what_fails(self):
            await permissions.revoke(self._user_id(), identifier(grant_id, "permission"))
            await self._read(self._user_id())

    @asynccontextmanager
    async def _saving(self, tool: str) -> AsyncIterator[None]:
        """Say beside the tool how the block ended, and show how things stand."""
        failure = ""
        try:
            yield
        except Exception as error:  # noqa: BLE001  (said beside the tool)
            failure = f"{sentence(error)} {KEPT}"
        else:
            async with saying_what_fails(self):  # it is saved, be it read again or not
                await self._read(self._user_id())
        async with self:
            self.changed, self.said, self.failed = tool, failure or SAVED, bool(failure)
            self.number += 1


def _tool(tool: Tool, rules: dict[str, Rule], tier: Tier) -> ToolRow:
    asks = tool.effect in GRANTED
    usual = "ask" if asks else "allow"
    does = f"{tool.about or _first_sentence(tool.description)} {CLASSES[tool.effect]}"
    return ToolRow(
        tool.name,
        _begins(tool.called),
        does,
        rules.get(tool.name, usual),
        [OFF, ASK] if asks else [OFF, ASK, ALLOWED],
        "" if allows(tier, tool) else plan_with(tool).label,
    )


def _first_sentence(text: str) -> str:
    """What a tool of a server says of itself first; it may be long."""
    first = text.split(". ")[0].split("\n")[0].rstrip(".")
    return f"{first}." if len(first) <= LONGEST_WORDS else f"{first[:LONGEST_WORDS]}…"


def _begins(words: str) -> str:
    """The words as a line begins."""
    return words[:1].upper() + words[1:]


def _grant(each: Granted, called: Mapping[str, str]) -> GrantRow:
    scope = f"Only for {each.target}" if each.target else "For all that it does"
    if each.conversation_id:
        scope = "In one conversation"
    return GrantRow(
        str(each.id),
        _begins(called.get(each.tool) or each.tool.replace("_", " ")),
        scope,
        str(each.conversation_id or ""),
        each.used_at.isoformat() if each.used_at else "",
        each.expires_at.isoformat() if each.expires_at else "",
    )
