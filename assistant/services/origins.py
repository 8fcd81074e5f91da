"""Where something imported comes from: the id that it had where it was made.

It stands in the column that keeps a call from being done twice: what has come here once from a
place does not come again, also when two archives are read at the same moment.
"""

from uuid import UUID, uuid5

_IMPORTED = "import:"


def key_of(origin: str) -> str:
    """What stands in `call_key` of a row that comes from there."""
    return f"{_IMPORTED}{origin}"


def origin_of(row_id: UUID, call_key: str | None) -> str:
    """The id of a row where it was made: its own, unless it was imported."""
    if call_key is None or not call_key.startswith(_IMPORTED):
        return str(row_id)
    return call_key.removeprefix(_IMPORTED)


def id_here(user_id: UUID, origin: str) -> UUID:
    """The id that what comes from there has in this account, be it here already or not.

    So messages can name a file that is imported later.
    """
    return uuid5(user_id, origin)
