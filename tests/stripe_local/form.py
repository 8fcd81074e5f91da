"""The form encoding of Stripe's requests: `items[0][price]=price_1` is a list of one mapping."""

import re
from typing import Any
from urllib.parse import parse_qsl

Fields = dict[str, Any]
PART = re.compile(r"\[([^\]]*)\]")


def parsed(text: str) -> Fields:
    """The nested value that a query or a body stands for; every leaf is a string."""
    tree: Fields = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head = name.partition("[")[0]
        _put(tree, [head, *PART.findall(name)], value)
    return {name: _with_lists(value) for name, value in tree.items()}


def _put(tree: Fields, path: list[str], value: str) -> None:
    """Store a leaf; an empty part of a path (`expand[]`) means the next number."""
    for part in path[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
    tree[path[-1] or str(len(tree))] = value


def _with_lists(value: Any) -> Any:
    """Mappings whose keys are all numbers become lists, in the order of the numbers."""
    if not isinstance(value, dict):
        return value
    if all(name.isdigit() for name in value):
        return [_with_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _with_lists(each) for name, each in value.items()}
