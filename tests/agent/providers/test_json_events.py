"""What an event of a stream says is read as json.loads reads it, only sooner."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.providers.json_events import read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_every_json_is_read_as_the_standard_reads_it(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert repr(read(text)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        '"\\ud83d"',  # half a symbol: the other half may come with the next event
        '{"a": "\\ude00 and on"}',
        "[" * 400 + "]" * 400,
        '{"a": 1, "a": 2}',
        "[1e999, -1e999]",
        " [0.1, -0, 1E5, 12345678901234567890123]\n",
    ],
)
def test_what_only_the_standard_takes_is_read_all_the_same(text: str) -> None:
    assert repr(read(text)) == repr(json.loads(text))


@pytest.mark.parametrize("text", ["", "{", '"a"b', "nothing", '{"a": tru}', "\x00"])
def test_garbage_is_garbage(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)
