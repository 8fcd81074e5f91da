"""What costs so much that each user may do it once at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from assistant.errors import Busy


class OneEach:
    """Knows which users are doing it now, in this process."""

    def __init__(self, under_way: str) -> None:
        """under_way: the sentence for who is doing it already."""
        self.under_way = under_way
        self.users: set[UUID] = set()

    @contextmanager
    def held(self, user_id: UUID) -> Iterator[None]:
        """Do it in this block. Raises Busy."""
        if user_id in self.users:
            raise Busy(self.under_way)
        self.users.add(user_id)
        try:
            yield
        finally:
            self.users.discard(user_id)
