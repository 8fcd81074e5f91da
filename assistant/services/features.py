"""What a plan can hold beyond talking, as data, and which part of it a model or a tool needs."""

from assistant.agent.acts import Effect, Tool
from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Mailbox
from assistant.agent.catalog import Model
from assistant.agent.tools import TOOLS

SECOND_FACTOR = "second_factor"
LARGE_MODELS = "large_models"
ACTING = "acting"
SERVERS = "servers"

# In the words of a list: what who has it can do.
FEATURES: dict[str, str] = {
    LARGE_MODELS: "The largest models, beside the small and the middle ones",
    ACTING: "Plans in your calendar and writes mail, once you agree",
    SERVERS: "Tools of your own MCP servers",
    SECOND_FACTOR: "A second factor at sign-in",
}

CONNECTED = (Calendar, Mailbox)  # what a user has to connect an account for
OURS = frozenset(tool.name for tool in TOOLS)

Thing = str | Model | Tool  # a feature by its id, a model, or a tool


def needed_for(thing: Thing) -> str:
    """The feature that a plan must hold for it, "" where every plan has it."""
    if isinstance(thing, Model):
        return LARGE_MODELS if thing.large else ""
    if isinstance(thing, Tool):
        return _of_tool(thing)
    return thing


def _of_tool(tool: Tool) -> str:
    """What looks up and calculates is for everybody: it shows what an assistant is good for, and
    costs no more than the words that the allowance counts. What acts in others' systems is what
    people pay for, and what they ask the most questions about; the descriptions of servers' tools
    are read, and paid for, with each message.
    """
    if tool.name not in OURS:
        return SERVERS
    acts = tool.needs in CONNECTED and tool.effect is not Effect.READ
    return ACTING if acts else ""
