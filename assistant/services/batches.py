"""Rows in batches that are bounded by bytes, too, because what a row holds is of any size."""

from collections.abc import Iterable, Iterator
from typing import Protocol
from uuid import UUID


class Sized(Protocol):
    """What is known of a row before it is read. size: the bytes of what is sealed in it."""

    @property
    def id(self) -> UUID:
        """Of the row."""

    @property
    def size(self) -> int:
        """In bytes."""


def batches(found: Iterable[Sized], rows: int, size: int) -> Iterator[list[UUID]]:
    """The ids, at most so many rows and bytes together; a row that is larger stands alone."""
    ids: list[UUID] = []
    total = 0
    for each in found:
        if ids and (len(ids) == rows or total + each.size > size):
            yield ids
            ids, total = [], 0
        ids.append(each.id)
        total += each.size
    if ids:
        yield ids
