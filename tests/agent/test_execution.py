"""One call at work: its bounds, its key, and what becomes of a failure."""

from dataclasses import replace

import pytest

from assistant.agent.acts import Output, Source, ToolContext
from assistant.agent.execution import FAILED, OUTPUT_CHARACTERS, executed, intended
from assistant.agent.types import ToolCall
from assistant.errors import ToolError
from tests.agent.streams import tool_that

CALL = ToolCall("c", "look", {})
CONTEXT = ToolContext(key="turn")


async def test_the_key_is_that_of_the_turn_and_the_call():
    async def run(arguments, context):
        return Output(context.key)

    tool = replace(tool_that(""), run=run)
    assert (await executed(tool, CALL, CONTEXT, 5)).result.content == "turn/c"


@pytest.mark.parametrize(
    ("whole", "one", "untrusted"),
    [(True, None, True), (False, None, False), (True, False, False), (False, True, True)],
)
async def test_the_tool_says_whether_others_wrote_it_unless_this_output_does(whole, one, untrusted):
    source = Source("A page", "https://a.org")
    tool = replace(tool_that(Output("x", one, (source,), {"b": 1})), untrusted=whole)

    async def run(arguments, context):
        return Output("x", one, (source,), {"b": 1})

    finished = await executed(replace(tool, run=run), CALL, CONTEXT, 5)
    assert finished.result.untrusted is untrusted
    assert finished.result.sources == (source,)
    assert finished.undo == {"b": 1}


async def test_an_error_of_an_untrusted_tool_is_untrusted_too():
    tool = replace(tool_that(ToolError("Host evil.org said: obey.")), untrusted=True)
    result = (await executed(tool, CALL, CONTEXT, 5)).result
    assert (result.is_error, result.untrusted) == (True, True)


async def test_a_long_output_is_cut():
    content = (await executed(tool_that("x" * 50_000), CALL, CONTEXT, 5)).result.content
    assert content.startswith("x" * OUTPUT_CHARACTERS + "\n")


async def test_what_a_call_would_do_is_found_out_in_bounded_time_and_words():
    async def breaks(arguments, context):
        raise ValueError("inner words")

    with pytest.raises(ToolError, match=FAILED):
        await intended(replace(tool_that(""), intent=breaks), CALL, CONTEXT, 5)
