"""What a file of an archive must be like to become a conversation."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.services import archived
from assistant.services.archived import ArchivedTalk, NotReadable, marks_in, read_as
from tests.services.archives import TOOL, talk_file, talk_in, text

AT = "2024-05-01T10:00:00+00:00"
ANSWER = {"id": "r", "parent": "q", "role": "assistant", "status": "done", "created_at": AT}


def why(content: str | bytes) -> str:
    with pytest.raises(NotReadable) as refused:
        read_as(ArchivedTalk, content.encode() if isinstance(content, str) else content)
    return str(refused.value)


def with_messages(*messages: dict, **changes) -> str:
    return json.dumps(json.loads(talk_file(**changes)) | {"messages": list(messages)})


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"nonsense", b"[" * 100_000, b"NaN", b'{"a": Infinity}', b"1" * 5_000],
)
def test_what_is_not_json_says_so(content):
    assert why(content) == "it is not JSON"


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"x"'])
def test_what_is_no_object_says_so(content):
    assert why(content) == "it is no object of JSON"


FILE = {"type": "file", "id": "1", "name": "a.pdf", "media": "application/pdf", "size": 3}


def test_a_file_beside_the_users_words_stays_and_stands_in_no_answer():
    question = {"id": "q", "role": "user", "status": "done", "created_at": AT}
    beside = FILE | {"text": "words of the file"}
    parts = [beside, text("Look")]
    talk = talk_in(with_messages(question | {"parts": parts}))
    assert talk.messages[0].entries() == parts
    answered = with_messages(question | {"parts": parts}, ANSWER | {"parts": [beside]})
    assert "an answer with a file" in why(answered)
    too_long = FILE | {"name": "x" * 201}
    assert "messages.0.parts.0" in why(with_messages(question | {"parts": [too_long]}))


BAD = [
    ({"id": ""}, "id: "),
    ({"id": "x" * 65}, "id: "),
    ({"title": "x" * 121}, "title: "),
    ({"title": 5}, "title: "),
    ({"titled": "nobody"}, "titled: "),
    ({"created_at": "yesterday"}, "created_at: it is no time"),
    ({"created_at": "2024-05-01T10:00:00"}, "created_at: "),
    ({"touched_at": "1970-01-01T00:00:00+00:00"}, "touched_at: "),
    ({"head": "nobody"}, "a message that is not there"),
    ({"messages": None}, "messages: it is no list"),
    ({"message": {"role": "system"}}, "messages.0.role: it is none of the words"),
    ({"message": {"status": "lost"}}, "messages.0.status: "),
    ({"message": {"parent": "x"}}, "a message that is not there"),
    ({"message": {"parent": "q"}}, "in a circle"),
    ({"message": {"role": "assistant"}}, "an answer without a question"),
    ({"message": {"parts": [text("x" * 100_001)]}}, "100,000 characters"),
    ({"message": {"parts": [text("x")] * 2_001}}, "messages.0.parts: "),
    ({"message": {"parts": [{"type": "image", "url": "http://x/"}]}}, "messages.0.parts.0: "),
    ({"message": {"parts": [{"type": "text"}]}}, "messages.0.parts.0"),
    ({"message": {"parts": [TOOL | {"arguments": [1]}]}}, "messages.0.parts.0"),
    ({"message": {"parts": [TOOL | {"arguments": {"x": 1e999}}]}}, "it is not JSON"),
    ({"message": {"parts": [TOOL | {"seconds": -1}]}}, "messages.0.parts.0"),
]


@pytest.mark.parametrize(("changes", "told"), BAD, ids=lambda each: str(each)[:40])
def test_what_does_not_fit_is_named(changes, told):
    assert told in why(talk_file(**changes))


def test_a_number_too_large_for_a_page_is_refused():
    content = talk_file(message={"parts": [TOOL | {"arguments": {"x": 12345}}]})
    assert "too large" in why(content.replace("12345", "1e999"))


def test_arguments_nested_too_deep_are_refused():
    deep = {}
    for _ in range(30):
        deep = {"x": deep}
    assert "more than 20 levels" in why(talk_file(message={"parts": [TOOL | {"arguments": deep}]}))


@pytest.mark.parametrize("junk", ["[],", "{},", "1,", '"",', '"\\\\",', '"a":{"b":1},'])
def test_more_names_and_values_than_can_be_read_in_a_moment_are_refused(junk):
    assert "150,000 names and values" in why('{"x": [' + junk * 160_000)


@pytest.mark.parametrize(
    ("content", "marks"),
    [(b"", 0), (b'{"a": [1, 2, "x,[{"]}', 6), (b'"\\",[{', 1), (b'"\\\\",[{', 4), (b'"open,,,', 1)],
)
def test_only_what_stands_outside_of_strings_is_counted(content, marks):
    assert marks_in(content) == marks


def test_a_string_without_end_is_read_once():
    assert why(b'"' + b'\\"' * 4_000_000) == "it is not JSON"


def test_an_answer_larger_than_any_of_ours_is_refused():
    question, *_ = json.loads(talk_file())["messages"]
    answer = ANSWER | {"parent": question["id"], "parts": [text("x" * 900_000)] * 5}
    assert "characters in one answer" in why(with_messages(question, answer))


def test_a_reason_repeats_nothing_of_what_is_wrong():
    long = {"parts": [{"type": "x" * 10_000}]}
    assert why(talk_file(message=long)) == f"messages.0.parts.0: {archived.UNFIT}"


def places(value: object, path: tuple = ()) -> list[tuple]:
    """The way to everything inside of it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    return [
        way
        for name, each in inside
        for way in [
            (*path, name),
            *(places(each, (*path, name)) if type(each) in (dict, list) else []),
        ]
    ]


WHOLE = json.loads(talk_file(message={"parts": [text("hi"), TOOL]}))
FOREIGN = re.compile(
    "should|input|valid|error|codec|encode|json:|pydantic|expected|dictionary", re.I
)


WRONG = (
    *(None, True, -1, 1.5, 10**30, "", "x" * 5_000, "\ud800", "\0"),
    *([], [1], {}, {"\ud800": ["\udfff"]}),
)


@given(st.sampled_from(places(WHOLE)), st.sampled_from(WRONG))
@settings(max_examples=300)
def test_whatever_is_wrong_is_told_in_our_own_words(way, wrong):
    talk = json.loads(json.dumps(WHOLE))
    inside = talk
    for name in way[:-1]:
        inside = inside[name]
    inside[way[-1]] = wrong
    told = ""
    try:
        talk_in(json.dumps(talk))
    except NotReadable as error:
        told = str(error)
    assert not FOREIGN.search(told)


def test_half_symbols_in_what_a_tool_was_given_become_the_replacement_sign():
    used = TOOL | {"arguments": {"\ud800": ["a\udfff", {"b": "\0"}]}}
    talk = talk_in(talk_file(message={"parts": [used]}))
    told = talk.messages[0].entries()[0]["arguments"]
    assert told == {"\ufffd": ["a\ufffd", {"b": "\ufffd"}]}


@pytest.mark.parametrize(
    ("odd", "kept"), [("a b/ü\0", "a_b___"), ("x" * 90, "x" * 64), ("", "unnamed")]
)
def test_a_call_has_an_id_and_a_name_that_every_vendor_takes(odd, kept):
    talk = talk_in(talk_file(message={"parts": [TOOL | {"id": odd, "name": odd}]}))
    told = talk.messages[0].entries()[0]
    assert (told["id"], told["name"]) == (kept, kept)


def test_two_messages_of_one_id_are_refused():
    question = json.loads(talk_file())["messages"][0]
    assert "two messages with one id" in why(with_messages(question, question))


def test_messages_in_a_circle_are_refused():
    one, two = ANSWER | {"parts": []}, ANSWER | {"id": "s", "parent": "r", "parts": []}
    question = json.loads(talk_file())["messages"][0]
    assert "in a circle" in why(with_messages(question, one | {"parent": "s"}, two))


def test_what_is_not_known_is_left_out():
    talk = talk_in(talk_file(more=1, message={"admin": True, "parts": [text("hi") | {"x": 1}]}))
    assert talk.messages[0].entries() == [text("hi")]
    assert not hasattr(talk, "more")


def test_order_is_found_wherever_the_messages_stand():
    question = json.loads(talk_file())["messages"][0]
    talk = talk_in(with_messages(ANSWER | {"parts": [TOOL]}, question))
    assert [each.id for each in talk.in_order()] == ["q", "r"]
    assert talk.in_order()[1].entries() == [TOOL]


def test_of_many_faults_the_first_is_enough():
    read = json.loads(talk_file())
    question = read["messages"][0]
    read["messages"] = [question | {"id": str(n), "parts": [0] * 100} for n in range(50)]
    with pytest.raises(ValidationError) as refused:
        ArchivedTalk.model_validate(read)
    assert refused.value.error_count() == 1
