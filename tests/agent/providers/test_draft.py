"""What all vendors' answers have in common."""

import pytest

from assistant.agent.providers.draft import parsed


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        ('{"a": ', {"malformed_json": '{"a": '}),
        ("[1]", {"malformed_json": "[1]"}),
        ("null", {"malformed_json": "null"}),
    ],
)
def test_arguments_are_an_object_or_are_kept_as_written(
    written: str, arguments: dict[str, object]
) -> None:
    assert parsed(written) == arguments
