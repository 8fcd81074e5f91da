"""What all vendors' answers have in common."""

from collections.abc import AsyncGenerator, Iterator

import pytest

from assistant.agent.providers.draft import Draft, follow
from assistant.agent.providers.faults import CUT, Fault, Unsent, VendorError
from assistant.agent.types import Alive, MessageDone, ModelEvent, TextDelta, Usage
from assistant.errors import ProviderUnavailable, RequestNotSent
from tests.agent.streams import all_of, asked, until_error


class Words(Draft[str]):
    """A vendor whose events are the words themselves; the last one is a full stop."""

    def take(self, event: str) -> Iterator[ModelEvent]:
        if event == ".":
            self.stop = "end"
        elif event:
            yield TextDelta(event)


def told(*events: str | Exception) -> AsyncGenerator[ModelEvent, None]:
    async def vendor() -> AsyncGenerator[str, None]:
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event

    def explain(_: Exception) -> Fault:
        return CUT

    return follow(vendor(), Words("anthropic", "m", asked()), explain, (VendorError,))


async def test_an_event_that_says_nothing_is_a_sign_of_life() -> None:
    events = await all_of(told("", "Hi", "", "."))
    assert events[:-1] == [Alive(), TextDelta("Hi"), Alive(), Alive()]


@pytest.mark.parametrize("defect", [ValueError(), KeyError("a"), RecursionError()])
async def test_an_answer_that_cannot_be_read_is_unavailable_and_costs_what_was_written(
    defect: Exception,
) -> None:
    events, error = await until_error(told("Hello", defect))
    assert events == [TextDelta("Hello")]
    assert isinstance(error, ProviderUnavailable)
    assert "cannot be read" in str(error)
    assert isinstance(error.usage, Usage)
    assert (error.usage.output_tokens, error.usage.estimated) == (2, True)


async def test_what_the_vendor_reports_is_explained() -> None:
    _, error = await until_error(told(VendorError({})))
    assert "broke off" in str(error)


async def test_a_request_that_was_not_sent_costs_nothing() -> None:
    _, error = await until_error(told(Unsent()))
    assert isinstance(error, RequestNotSent)
    assert error.usage is None


async def test_an_answer_of_which_the_vendor_tells_no_figures_costs_what_we_count() -> None:
    *_, done = await all_of(told("Hello", "."))
    assert isinstance(done, MessageDone)
    assert (done.usage.output_tokens, done.usage.estimated) == (2, True)
    assert done.usage.input_tokens > 0
