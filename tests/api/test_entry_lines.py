"""The lines of a turn's log: each is one entry, whatever words it holds."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from assistant.api.entry_lines import LINES, line
from assistant.services.contents import dump

TOLD = re.compile(r":(\w+) (\d*) (.*)", re.DOTALL)
AWKWARD = st.sampled_from(["", "[", ":", '"', "\n", "\\", "{", "\ufeff", "\u2028", ":end 3 {}"])


def entry(written: bytes):
    """Kind, number and data of a line, as the page reads it."""
    text = written.decode().removesuffix("\n")
    assert "\n" not in text
    if text.startswith(":"):
        kind, number, data = TOLD.fullmatch(text).groups()
        return kind, number, json.loads(data)
    return "", "", json.loads(text) if text[0] in '"[' else text


@given(st.lists(AWKWARD | st.text(st.characters(exclude_categories=["Cs"]))).map("".join))
def test_words_come_back_as_they_were(words):
    assert entry(line(dump(words), number=7)) == ("", "", words)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.integers(1, 10**8))
def test_changes_and_marks_come_back_as_they_were(words, number):
    assert entry(line(dump([["k", words]]), number=number)) == ("", "", [["k", words]])
    told = line(dump({"parts": [words]}), kind="snapshot", number=number)
    assert entry(told) == ("snapshot", str(number or ""), {"parts": [words]})


def test_plain_words_cost_one_byte_more_than_they_have():
    assert line(dump("and so on, "), number=1) == b"and so on, \n"


def test_a_beat_is_no_entry():
    assert LINES.beat == b"\n"
