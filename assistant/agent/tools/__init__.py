"""Every tool that a model may be given, in the order in which it sees them."""

from assistant.agent.tools.calculator import calculator
from assistant.agent.tools.current_time import current_time
from assistant.agent.types import Tool

TOOLS: tuple[Tool, ...] = (calculator, current_time)
