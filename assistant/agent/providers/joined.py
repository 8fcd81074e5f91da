"""Words that follow on each other, as one event: each event is walked through all of the agent."""

from collections.abc import Iterable, Iterator

from assistant.agent.types import ModelEvent, TextDelta, ThinkingDelta

Words = TextDelta | ThinkingDelta


def joined(events: Iterable[ModelEvent]) -> Iterator[ModelEvent]:
    """The same events, with neighbours of one kind of words as one.

    Raises what the events raise, behind all that was said before it.
    """
    kept: list[Words] = []
    try:
        for event in events:
            if kept and type(event) is not type(kept[0]):
                yield _one(kept)
                kept = []
            if isinstance(event, Words):
                kept.append(event)
            else:
                yield event
    except Exception:
        if kept:
            yield _one(kept)
        raise
    if kept:
        yield _one(kept)


def _one(words: list[Words]) -> Words:
    return type(words[0])("".join(each.text for each in words)) if len(words) > 1 else words[0]
