"""What of a long conversation is still given to the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.attached import Document, Image, Summary
from assistant.agent.history import (
    LEAST_OF_PICTURE,
    LOST,
    PART_TOKENS,
    TOO_OLD,
    UNOPENED,
    estimated_tokens,
    fit,
    headed,
)
from assistant.agent.types import (
    Message,
    Replay,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    VendorSearch,
)


def user(text: str) -> Message:
    return Message("user", (Text(text),))


def assistant(*parts: Text | Thinking | ToolCall | VendorSearch) -> Message:
    return Message("assistant", parts)


def tool(*results: ToolResult) -> Message:
    return Message("tool", results)


CALL = ToolCall("1", "look", {"at": "x"})
SEEN = tool(ToolResult("1", "look", "a cat"))


def test_what_fits_is_left_as_it_is() -> None:
    history = (user("Hi"), assistant(Text("Hello")), user("Look"), assistant(CALL), SEEN)
    assert fit(history, 1_000) == history


def test_the_oldest_go_first_and_the_rest_begins_with_the_user() -> None:
    history = [user("old"), assistant(Text("old")), user("new"), assistant(Text("new")), user("?")]
    room = sum(map(estimated_tokens, history[1:]))
    assert fit(history, room) == tuple(history[2:])


def test_the_last_question_is_whole_even_where_nothing_else_fits() -> None:
    question = user("why? " * 100)
    assert fit([user("old"), assistant(Text("old")), question], 10) == (question,)


def test_a_call_goes_together_with_its_results() -> None:
    history = [user("Look"), assistant(CALL), SEEN, assistant(Text("A cat.")), user("Thanks")]
    room = sum(map(estimated_tokens, history)) - estimated_tokens(history[0])
    assert fit(history, room) == (user("Thanks"),)


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    both = assistant(CALL, ToolCall("2", "send", {}))
    kept = fit([user("Look"), both, SEEN, user("Go on")], 1_000)
    lost = ToolResult("2", "send", LOST, is_error=True)
    assert kept[2] == tool(*SEEN.parts, lost)  # type: ignore[arg-type]


def test_results_without_a_call_and_empty_messages_are_left_out() -> None:
    history = [user("Hi"), assistant(), SEEN, assistant(Text(" ")), user("?")]
    assert fit(history, 1_000) == (user("Hi"), user("?"))


def test_one_huge_old_message_does_not_push_out_the_others() -> None:
    history = [user("first"), assistant(Text("x" * 100_000)), user("?")]
    first, cut, last = fit(history, 1_000)
    assert (first, last) == (history[0], history[2])
    assert cut.text.startswith("x" * 700)
    assert cut.text.endswith(" more characters were left out]")


def test_a_message_that_is_cut_loses_the_vendors_blocks_that_hold_all_of_it() -> None:
    replay = Replay("m", {"text": "x" * 10_000})
    old = assistant(Thinking("x" * 10_000, replay), Text("x" * 10_000, replay))
    _, cut, _ = fit([user("first"), old, user("?")], 1_000)
    [part] = cut.parts
    assert isinstance(part, Text)
    assert part.replay is None


def test_a_long_result_is_cut_in_its_own_place() -> None:
    long = tool(ToolResult("1", "look", "é" * 100_000))
    kept = fit([user("Look"), assistant(CALL), long, user("?")], 1_000)
    [result] = kept[2].parts
    assert isinstance(result, ToolResult)
    assert "[… cut: " in result.content


def test_nothing_old_is_kept_where_something_newer_had_to_go() -> None:
    steps = [assistant(Text("x" * 600)) for _ in range(10)]
    kept = fit([user("old"), user("?"), *steps], 1_000)
    assert kept[0] == user("?")
    assert 1 < len(kept) < 1 + len(steps)


def test_a_history_without_a_question_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="empty"):
        fit([assistant(Text("Hello"))], 100)


texts = st.text(max_size=200)
calls = st.builds(
    ToolCall,
    id=st.sampled_from("abc"),
    name=st.just("look"),
    arguments=st.dictionaries(st.text(max_size=3), st.integers()),
)
results = st.builds(
    ToolResult, call_id=st.sampled_from("abcd"), name=st.just("look"), content=texts
)
messages = st.one_of(
    texts.map(user),
    st.lists(st.one_of(texts.map(Text), texts.map(Thinking), calls), max_size=4).map(
        lambda parts: assistant(*parts)
    ),
    st.lists(results, max_size=3).map(lambda parts: tool(*parts)),
)
histories = st.tuples(
    st.lists(messages, max_size=12),
    texts.filter(str.strip).map(user),
    st.lists(messages, max_size=4),
).map(lambda parts: [*parts[0], parts[1], *parts[2]])


def questions(history: list[Message]) -> list[Message]:
    return [m for m in history if m.role == "user" and m.text.strip()]


@given(histories, st.integers(1, 800))
def test_any_history_fits_begins_with_the_user_and_keeps_the_last_question(
    history: list[Message], tokens: int
) -> None:
    kept = fit(history, tokens)
    last = questions(history)[-1]
    assert sum(map(estimated_tokens, kept)) <= max(tokens, estimated_tokens(last))
    assert kept[0].role == "user"
    assert questions(list(kept))[-1] is last


@given(histories, st.integers(1, 800))
def test_in_any_history_each_call_is_followed_by_exactly_its_results(
    history: list[Message], tokens: int
) -> None:
    kept = fit(history, tokens)
    for message, after in zip(kept, (*kept[1:], None), strict=True):
        ids = [call.id for call in message.tool_calls]
        if ids:
            assert after is not None
            assert [p.call_id for p in after.parts if isinstance(p, ToolResult)] == ids
        if after is not None and after.role == "tool":
            assert ids


def test_a_file_of_an_older_message_is_cut_and_its_words_stay() -> None:
    attached = Message("user", (Document("plan", "x" * 9_000), Text("Look")))
    first, last = fit([attached, user("?")], 2_000)
    document, words = first.parts
    assert isinstance(document, Document)
    assert document.name == "plan"
    assert "more characters were left out" in document.content
    assert (words, last) == (Text("Look"), user("?"))
    assert fit([attached], 10) == (attached,)


def test_a_picture_counts_by_its_pixels_and_never_as_next_to_nothing() -> None:
    def tokens(width: int, height: int, content: bytes = b"x") -> int:
        picture = Image("1", "a.png", "image/png", content, width, height)
        return estimated_tokens(Message("user", (picture,))) - PART_TOKENS

    assert tokens(1_568, 1_176) == 2_458  # as in Claude's documentation: width * height / 750
    assert tokens(2, 2) == LEAST_OF_PICTURE
    assert tokens(0, 0, b"") == UNOPENED


def test_a_picture_of_an_older_message_is_named_where_it_has_no_room() -> None:
    shown = Message("user", (Image("1", "a.png", "image/png"), Text("Look")))
    first, *_ = fit([shown, user("?")], 5_000)
    assert first.parts == (Document("a.png (file 1)", f"[{TOO_OLD}]"), Text("Look"))
    assert fit([shown, user("?")], 50_000) == (shown, user("?"))
    assert fit([shown], 10) == (shown,)


def searched(length: int) -> tuple[VendorSearch, Text]:
    """A search whose block is so long, and words that cite it."""
    block = Replay("m", {"encrypted": "x" * length})
    found = ToolResult("s", "web_search", "1. Tea", untrusted=True)
    search = VendorSearch(ToolCall("s", "web_search", {"query": "tea"}, block), found)
    return search, Text("Tea.", Replay("m", {"citations": ["s"]}))


def test_a_search_counts_with_the_block_that_goes_back() -> None:
    assert estimated_tokens(assistant(*searched(9_000))) > 3_000
    assert estimated_tokens(assistant(*searched(9))) < 50


def test_a_search_that_is_too_long_goes_with_all_that_cites_it() -> None:
    history = (user("Tea?"), assistant(*searched(9_000)), user("And?"))
    assert fit(history, 2_000) == (user("Tea?"), assistant(Text("Tea.")), user("And?"))
    assert fit(history, 20_000) == history


def test_a_file_alone_is_a_question_and_thought_alone_is_no_answer() -> None:
    alone = Message("user", (Document("plan", "x"),))
    assert fit([alone, assistant(Thinking("hm")), assistant(Text(" "))], 1_000) == (alone,)


SUMMARY = Summary("She lives in Porto.", 12)


def test_a_summary_stands_in_the_first_message_of_the_user() -> None:
    asked, answered = user("Where?"), assistant(Text("In Porto."))
    assert headed(SUMMARY, [asked, answered]) == (
        Message("user", (SUMMARY, Text("Where?"))),
        answered,
    )
    assert headed(SUMMARY, [answered])[0] == Message("user", (SUMMARY,))


def test_a_summary_stays_when_what_follows_it_is_cut_away() -> None:
    said = [user("old"), assistant(Text("x" * 600)), user("new"), assistant(Text("y")), user("?")]
    history = headed(SUMMARY, said)
    assert fit(history, 2_000) == history
    room = estimated_tokens(Message("user", (SUMMARY,))) + 40
    assert fit(history, room) == headed(SUMMARY, said[2:])
    assert fit(history, 1) == headed(SUMMARY, said[4:])


def test_a_summary_that_stands_alone_goes_before_the_question() -> None:
    history = headed(SUMMARY, [assistant(Text("Hm.")), user("?")])
    assert fit(history, 1_000) == headed(SUMMARY, [user("?")])
