"""Every tool that a model may be given, in the order in which it sees them."""

from assistant.agent.acts import Tool
from assistant.agent.tools.calculator import calculator
from assistant.agent.tools.calendar import CALENDAR_TOOLS
from assistant.agent.tools.current_time import current_time
from assistant.agent.tools.files import FILE_TOOLS
from assistant.agent.tools.mail import MAIL_TOOLS
from assistant.agent.tools.notes import NOTE_TOOLS
from assistant.agent.tools.web import WEB_TOOLS

TOOLS: tuple[Tool, ...] = (
    calculator,
    current_time,
    *NOTE_TOOLS,
    *FILE_TOOLS,
    *WEB_TOOLS,
    *CALENDAR_TOOLS,
    *MAIL_TOOLS,
)
