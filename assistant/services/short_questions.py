"""Which questions the small model of a maker answers, where the user has chosen that it may.

It is decided by what anybody can count: how long the question is, what stands beside it, and what
was said and done before. What the model asks for then runs as ever, behind the same gate.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from assistant.agent.attached import Summary
from assistant.agent.catalog import MODELS, SMALL
from assistant.agent.history import estimated_tokens
from assistant.agent.types import Message, Text, ToolCall, VendorSearch
from assistant.services.model_choice import Choice, may_be_asked

CHARACTERS = 200
# A longer conversation lies in the cache of the model that has answered so far, which reads it
# there for less than the small one reads it anew.
READ_TOKENS = 4_000
WHY = "chosen for short questions"


def is_short(said: Sequence[Message]) -> bool:
    """Whether the last message is a short question without files, in a short conversation, after
    an answer that has used no tool.

    said: as the model is to read it, oldest first.
    """
    *before, question = said
    words = [part for part in question.parts if not isinstance(part, Summary)]
    only_words = question.role == "user" and all(isinstance(part, Text) for part in words)
    return (
        only_words
        and len(question.text) <= CHARACTERS
        and sum(map(estimated_tokens, said)) <= READ_TOKENS
        and not _used_tools(before)
    )


def _used_tools(before: Sequence[Message]) -> bool:
    """Whether the answer at the end has used any."""
    answer = takewhile(lambda message: message.role != "user", reversed(before))
    return any(isinstance(part, ToolCall | VendorSearch) for each in answer for part in each.parts)


def by_small(choice: Choice) -> Choice:
    """The small model of the same maker in place of the chosen one, which stands behind it.

    Where the small one is the chosen one, or has no price, nothing changes.
    """
    small = MODELS[SMALL[choice.provider]]
    if small.id == choice.model or not may_be_asked(small.id):
        return choice
    return replace(
        choice,
        model=small.id,
        label=f"{small.label}, {WHY}",
        notice="",
        max_output_tokens=min(choice.max_output_tokens, small.max_output_tokens),
        chosen=choice.model,
    )
