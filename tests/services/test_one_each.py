"""What a user does once at a time, and others meanwhile."""

from uuid import uuid4

import pytest

from assistant.errors import Busy
from assistant.services.one_each import OneEach


def test_one_at_a_time_of_each_and_again_when_it_is_over():
    one_each, mine, theirs = OneEach("Wait."), uuid4(), uuid4()
    with one_each.held(mine):
        with pytest.raises(Busy, match="Wait"), one_each.held(mine):
            raise AssertionError("it must not come to this")
        with pytest.raises(Busy), one_each.held(mine):  # the refusal has not let it go
            raise AssertionError("it must not come to this")
        with one_each.held(theirs):
            pass
    with pytest.raises(ZeroDivisionError), one_each.held(mine):
        1 / 0  # noqa: B018
    with one_each.held(mine):
        pass
    assert not one_each.users
