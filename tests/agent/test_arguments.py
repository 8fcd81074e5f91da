"""What of a model's arguments is taken, and what is only kept."""

import json

import pytest

from assistant.agent.arguments import DEEPEST, MALFORMED, accepted, are_malformed, parsed
from assistant.agent.types import ToolCall


def nested(levels: int) -> str:
    """An object of so many levels."""
    return '{"a": ' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        ('{"a": [1e308, "NaN", null, true]}', {"a": [1e308, "NaN", None, True]}),
    ],
)
def test_an_object_is_taken(written: str, arguments: dict[str, object]) -> None:
    assert parsed(written) == arguments
    assert not are_malformed(ToolCall("1", "look", parsed(written)))


@pytest.mark.parametrize(
    "written",
    [
        '{"a": ',
        "[1]",
        "null",
        '{"a": NaN}',
        '{"a": {"b": [-Infinity]}}',
        '{"a": 1e999}',
        '{"a": ' + "9" * 5000 + "}",
        nested(DEEPEST + 1),
        nested(100_000),
        "[" * 100_000,
    ],
)
def test_what_is_no_object_or_cannot_be_carried_is_kept_as_written(written: str) -> None:
    assert parsed(written) == {MALFORMED: written}
    assert are_malformed(ToolCall("1", "look", parsed(written)))


def test_what_is_deep_but_not_too_deep_is_taken() -> None:
    assert parsed(nested(DEEPEST)) == json.loads(nested(DEEPEST))


def test_what_a_vendor_has_parsed_itself_is_judged_alike() -> None:
    assert accepted({"a": [1.5]}, "as written") == {"a": [1.5]}
    assert accepted({"a": [float("nan")]}, "as written") == {MALFORMED: "as written"}
