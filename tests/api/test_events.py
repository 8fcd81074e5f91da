"""Frames of server-sent events, as the standard cuts them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from assistant.api.events import BEAT, frame


@given(st.text(), st.none() | st.integers(1))
def test_a_frame_is_one_event_whatever_it_holds(text, number):
    sent = frame(json.dumps(text), kind="end", number=number).decode()
    assert sent.endswith("\n\n")
    assert sent.count("\n\n") == 1
    lines = dict(line.split(": ", 1) for line in sent.strip("\n").split("\n"))
    assert json.loads(lines["data"]) == text
    assert lines.get("id") == (str(number) if number else None)
    assert lines["event"] == "end"


def test_a_beat_is_a_comment():
    assert BEAT.startswith(b":")
    assert BEAT.endswith(b"\n\n")
