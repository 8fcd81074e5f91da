"""The form encoding of requests."""

import pytest

from tests.stripe_local.form import parsed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[0][b]=1&a[1][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("a%5B1%5D=y&a%5B0%5D=x%26y", {"a": ["x&y", "y"]}),
    ],
)
def test_brackets_are_mappings_and_numbers_are_lists(text: str, value: dict) -> None:
    assert parsed(text) == value
