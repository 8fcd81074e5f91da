"""Markdown's signs go, and what only looks like them stays."""

import pytest

from assistant.agent.unmarked import unmarked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Plan\n\n**the** _trip_", "Plan\n\nthe trip"),
        ("- one\n* two\n> three", "one\ntwo\nthree"),
        ("*Plan* the ~~last~~ **best trip**", "Plan the last best trip"),
        ("What does `len(x)` do?", "What does len(x) do?"),
        (
            "Read [the docs](https://docs.example/a) and ![a chart](x.png)",
            "Read the docs and a chart",
        ),
        ("这是**重点**内容", "这是重点内容"),
        ("```python\nprint(1)\n```", "\nprint(1)\n"),
    ],
)
def test_signs_go(text, words):
    assert unmarked(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4 and 2**3**4 of a*b*c",
        "What are __init__ and snake_case_names?",
        "a - b, #5, C#, f(x)[0](1)",
        "-5 degrees",
        "***",
        "```",
        "Unfinished **stress and `code",
    ],
)
def test_what_only_looks_like_signs_stays(text):
    assert unmarked(text) == text
