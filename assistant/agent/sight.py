"""Pictures, as far as a model can see them."""

from dataclasses import replace

from assistant.agent.attached import Image
from assistant.agent.catalog import sees
from assistant.agent.types import Message, Part

BLIND = "This model cannot see pictures, so it is not shown. Say so if the user asks about it."
UNOPENED = "This picture was not opened, so it is not shown."


def seen_by(model: str, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages as a model may get them: what it cannot see is named in a sentence."""
    return tuple(
        replace(m, parts=tuple(_seen(part, able=sees(model)) for part in m.parts)) for m in messages
    )


def _seen(part: Part, *, able: bool) -> Part:
    if not isinstance(part, Image) or (able and part.content):
        return part
    return part.unseen(UNOPENED if able else BLIND)
