"""Calendars for the tools."""

import pytest

from tests.agent.tools.calendar.memory import Memory


@pytest.fixture
def memory() -> Memory:
    """Calendars in memory, empty."""
    return Memory()
