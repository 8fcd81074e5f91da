"""The tools for the user's calendars."""

from assistant.agent.acts import Tool
from assistant.agent.tools.calendar.create_event import create_event
from assistant.agent.tools.calendar.delete_event import delete_event
from assistant.agent.tools.calendar.find_free_time import find_free_time
from assistant.agent.tools.calendar.list_events import list_events
from assistant.agent.tools.calendar.update_event import update_event

CALENDAR_TOOLS: tuple[Tool, ...] = (
    list_events,
    find_free_time,
    create_event,
    update_event,
    delete_event,
)
