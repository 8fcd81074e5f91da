"""Many rows as one table that a statement reads: an array for each column, one round trip."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Column, TableValuedAlias, bindparam, column, func


def many_rows(columns: dict[str, Column[Any]], rows: Sequence[dict[str, Any]]) -> TableValuedAlias:
    """The rows, to select from. columns: by the names that their values have in each row."""
    arrays = [
        bindparam(f"{key}_of_many", [row[key] for row in rows], ARRAY(kind.type), unique=True)
        for key, kind in columns.items()
    ]
    named = [column(key, kind.type) for key, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*named, name="given").render_derived()
