"""Three providers of which one stands in for another, and what they were heard to say."""

from assistant.agent.breaker import Breaker
from assistant.agent.deadlines import Limits
from assistant.agent.fallback import Fallback
from assistant.agent.types import (
    Asked,
    ModelEvent,
    ProviderFailed,
    TextDelta,
    ToolCall,
    VendorSearch,
)
from assistant.errors import ProviderUnavailable
from tests.agent.streams import (
    Scripts,
    Step,
)

ONE, TWO, THREE = (Asked(name, f"{name}-model") for name in ("one", "two", "three"))
DOWN: list[Step] = [ProviderUnavailable("It is down.")]


def behind(*providers: Scripts, breaker: Breaker | None = None) -> Fallback:
    return Fallback(*providers, breaker=breaker or Breaker(), limits=Limits(60, 60, 60))


def one(*scripts: list[Step]) -> Scripts:
    return Scripts(*scripts, name="one")


def two(*scripts: list[Step]) -> Scripts:
    return Scripts(*scripts, name="two")


def three(*scripts: list[Step]) -> Scripts:
    return Scripts(*scripts, name="three")


def failures(events: list[ModelEvent]) -> list[str]:
    return [event.provider for event in events if isinstance(event, ProviderFailed)]


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


SEARCH = VendorSearch(ToolCall("s", "web_search", {}))
