"""The current date and time, in any time zone."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.tool import tool
from assistant.errors import ToolError


@tool(Effect.READ, "Looked at the clock", about="Looks at the clock, in any time zone.")
async def current_time(context: ToolContext, timezone: str = "") -> str:
    """Tell the current date and time.

    timezone: an IANA name such as "Europe/Lisbon"; left out, the user's own time zone is meant.
    """
    name = timezone.strip() or context.timezone
    if name not in _names():
        raise ToolError(f"There is no time zone {name!r}. Use an IANA name such as Europe/Lisbon.")
    now = datetime.now(ZoneInfo(name))
    return f"{now:%A}, {now.isoformat(timespec='seconds')} ({name})"


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """All IANA names; listing them reads some hundred files, so it is done once."""
    return frozenset(available_timezones())
