"""What the demo model answers."""

import pytest

from assistant.agent.arguments import MALFORMED
from assistant.agent.loop import run
from assistant.agent.prompt import clean_title, continuation, title_request
from assistant.agent.providers.scripted import MARKDOWN, Scripted
from assistant.agent.summarising import summary_in, summary_request
from assistant.agent.tools import TOOLS
from assistant.agent.types import (
    Event,
    Message,
    MessageDone,
    Request,
    Text,
    TextDelta,
    ToolCallDelta,
    ToolFinished,
)
from tests.agent.streams import all_of, asked, box, tool_that

demo = Scripted(seconds_per_word=0)


async def done(request: Request) -> MessageDone:
    last = (await all_of(demo.stream(request)))[-1]
    assert isinstance(last, MessageDone)
    return last


async def calls(text: str) -> list[tuple[str, object]]:
    reply = await done(asked(text))
    assert reply.stop_reason == "tools"
    return [(call.name, call.arguments) for call in reply.message.tool_calls]


async def turn(request: Request) -> list[Event]:
    return await all_of(run(request, demo, box(*request.tools), max_steps=5, seconds=60))


async def test_it_says_that_it_is_a_demo_and_how_to_get_a_real_model() -> None:
    text = (await done(asked("Hello"))).message.text
    assert "demo model" in text
    assert "ANTHROPIC_API_KEY" in text


async def test_it_writes_word_by_word_and_the_words_make_the_message() -> None:
    events = await all_of(demo.stream(asked("Hello")))
    deltas = [event.text for event in events if isinstance(event, TextDelta)]
    last = events[-1]
    assert isinstance(last, MessageDone)
    assert len(deltas) > 20
    assert "".join(deltas) == last.message.text
    assert last.stop_reason == "end"
    assert (last.usage.provider, last.usage.model) == ("scripted", "scripted")
    assert last.usage.estimated
    assert last.usage.output_tokens == len(deltas)


async def test_the_same_request_gets_the_same_answer() -> None:
    request = asked("use look {} \nuse calculator {}")
    assert await all_of(demo.stream(request)) == await all_of(demo.stream(request))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("calculate 12*7", "12*7"),
        ("Compute sqrt(2)", "sqrt(2)"),
        ("what is (2+3)*4?", "(2+3)*4"),
        ("How much is 7 % 4", "7 % 4"),
    ],
)
async def test_it_calculates(text: str, expression: str) -> None:
    assert await calls(text) == [("calculator", {"expression": expression})]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("what time is it", {}),
        ("What time is it in Lisbon?", {"timezone": "Europe/Lisbon"}),
        ("what's the time in new york", {"timezone": "America/New_York"}),
        ("what time is it in Asia/Tokyo", {"timezone": "Asia/Tokyo"}),
        ("what time is it in Atlantis", {"timezone": "Atlantis"}),
    ],
)
async def test_it_looks_at_the_clock(text: str, arguments: dict[str, str]) -> None:
    assert await calls(text) == [("current_time", arguments)]


async def test_it_can_ask_for_any_tool_with_any_arguments() -> None:
    text = 'use send_mail {"to": ["a@b.c"],\n "body": "Hi {you}"}'
    assert await calls(text) == [("send_mail", {"to": ["a@b.c"], "body": "Hi {you}"})]


async def test_it_can_ask_for_several_tools_at_once() -> None:
    text = 'Please\nuse look\nuse calculator {"expression": "1+1"}'
    assert await calls(text) == [("look", {}), ("calculator", {"expression": "1+1"})]


async def test_arguments_that_are_not_json_are_answered_in_words() -> None:
    text = (await done(asked("use look {at: x}"))).message.text
    assert text.startswith("The arguments of `look` are not JSON")


async def test_arguments_that_nothing_can_carry_are_kept_as_written() -> None:
    for written in ('{"a": NaN}', '{"a": 1e999}', '{"a": ' * 60 + "1" + "}" * 60):
        assert await calls(f"use look {written}") == [("look", {MALFORMED: written})]


async def test_arguments_that_are_too_deep_to_be_read_are_answered_in_words() -> None:
    text = (await done(asked("use look " + '{"a": ' * 5000))).message.text
    assert text.startswith("The arguments of `look` are not JSON")


async def test_a_sentence_that_begins_with_use_is_no_call() -> None:
    assert (await done(asked("use your imagination"))).stop_reason == "end"


async def test_a_call_is_written_in_pieces() -> None:
    events = await all_of(demo.stream(asked("calculate 1+1")))
    pieces = [event for event in events if isinstance(event, ToolCallDelta)]
    assert "".join(piece.arguments for piece in pieces) == '{"expression": "1+1"}'


async def test_calls_of_one_conversation_have_ids_of_their_own() -> None:
    request = asked("use look\nuse look")
    first = (await done(request)).message
    later = (*request.messages, first, Message("tool", ()), *request.messages)
    second = (await done(Request("", later))).message
    ids = [call.id for call in (*first.tool_calls, *second.tool_calls)]
    assert len(set(ids)) == 4


async def test_it_reports_in_words_what_the_tools_said() -> None:
    events = await turn(asked("calculate 12*7", *TOOLS))
    assert isinstance(events[-1], MessageDone)
    assert events[-1].message.text == "The tool `calculator` says: 84"


async def test_it_reports_what_did_not_work() -> None:
    events = await turn(asked("use wipe\nuse look", tool_that("a cat")))
    last = events[-1]
    assert isinstance(last, MessageDone)
    assert "The tool `wipe` did not work: There is no such tool." in last.message.text
    assert "The tool `look` says: a cat" in last.message.text
    assert sum(isinstance(event, ToolFinished) for event in events) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [("calculator", "what is 6*7"), ("current_time", "what time is it in Lisbon")],
)
async def test_its_own_rules_drive_the_tools_that_need_nothing(name, text) -> None:
    events = await turn(asked(text, *TOOLS))
    [finished] = [event for event in events if isinstance(event, ToolFinished)]
    assert finished.call.name == name
    assert not finished.result.is_error


async def test_it_shows_markdown() -> None:
    assert (await done(asked("Show me markdown"))).message.text == MARKDOWN


async def test_it_writes_as_many_words_as_asked() -> None:
    text = (await done(asked("write 300 words"))).message.text
    assert len(text.split()) == 300
    assert "\n\n" in text


async def test_it_stops_at_the_length_that_the_request_allows() -> None:
    request = Request("", asked("write 300 words").messages, max_output_tokens=10)
    reply = await done(request)
    assert reply.stop_reason == "length"
    assert len(reply.message.text.split()) == 10


async def test_continue_gives_exactly_the_rest() -> None:
    request = asked("write 300 words")
    whole = (await done(request)).message.text
    partial = whole[:777]
    begun = (*request.messages, Message("assistant", (Text(partial),)), continuation(partial))
    assert partial + (await done(Request("", begun))).message.text == whole


async def test_an_answer_of_another_model_is_not_continued() -> None:
    begun = (*asked().messages, Message("assistant", (Text("Dear"),)), continuation("Dear"))
    assert "cannot go on" in (await done(Request("", begun))).message.text


async def test_a_summary_begins_with_what_was_said_first() -> None:
    said = Message("user", (Text("Plan a trip to Lisbon. write 300 words"),))
    reply = await done(summary_request([said], None))
    assert summary_in(reply.message.text).startswith("It began so: User: Plan a trip to Lisbon.")


async def test_a_title_is_the_first_words() -> None:
    reply = await done(title_request("plan a trip to Lisbon in spring with the children"))
    assert clean_title(reply.message.text) == "plan a trip to Lisbon in"
