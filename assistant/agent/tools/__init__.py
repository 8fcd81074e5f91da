"""Every tool that a model may be given, in the order in which it sees them."""

from assistant.agent.acts import Tool
from assistant.agent.tools.calculator import calculator
from assistant.agent.tools.current_time import current_time

TOOLS: tuple[Tool, ...] = (calculator, current_time)
