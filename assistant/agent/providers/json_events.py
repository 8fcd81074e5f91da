"""What an event of a vendor's stream says: JSON, read as quickly as can be.

The way of the SDKs, json.loads, is a sixth of all the work with a token.
"""

import json
from typing import Any

from pydantic_core import from_json


def read(data: str) -> Any:  # noqa: ANN401  (any JSON)
    """As json.loads. Raises ValueError, or RecursionError, where that does."""
    try:
        return from_json(data, cache_strings="keys")  # users' words are not to stay in a cache
    except ValueError:  # it is stricter: with half symbols, with many levels
        return json.loads(data)
