"""No batch holds more rows or bytes than it may, and nothing is left out."""

import itertools
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from assistant.services.batches import batches


class Row(NamedTuple):
    id: int
    size: int


@given(st.lists(st.integers(0, 20)), st.integers(1, 6), st.integers(1, 30))
def test_batches_are_bounded_and_whole(sizes, rows, most):
    found = [Row(number, size) for number, size in enumerate(sizes)]
    made = list(batches(found, rows, most))
    assert [each for batch in made for each in batch] == list(range(len(sizes)))
    for batch in made:
        assert 1 <= len(batch) <= rows
        assert len(batch) == 1 or sum(sizes[each] for each in batch) <= most
    for batch, after in itertools.pairwise(made):  # none is smaller than it must be
        assert len(batch) == rows or sum(sizes[each] for each in [*batch, after[0]]) > most
