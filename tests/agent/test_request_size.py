"""How much a model is given, by our own count."""

from dataclasses import replace

from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.request_size import request_size
from assistant.agent.tools import TOOLS
from tests.agent.streams import asked


def test_rules_and_tools_are_read_like_words() -> None:
    plain = asked("Hello")
    ruled = replace(plain, system="x" * 30 * BYTES_PER_TOKEN)
    assert request_size(ruled) == request_size(plain) - len(plain.system) // BYTES_PER_TOKEN + 30
    assert request_size(replace(plain, tools=TOOLS)) > request_size(plain) + 100
