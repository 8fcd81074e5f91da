"""What has failed is let be for a minute, and then tried again."""

from uuid import uuid4

from assistant.services.put_off import SECONDS, PutOff


def test_each_is_let_be_for_its_own_minute():
    clock = [0.0]
    put_off = PutOff(lambda: clock[0])
    first, second = uuid4(), uuid4()
    put_off.add(first)
    clock[0] = SECONDS - 1
    put_off.add(second)
    assert put_off.ids == [first, second]
    clock[0] = SECONDS
    assert put_off.ids == [second]
    put_off.add(second)
    clock[0] = 2 * SECONDS - 1
    assert put_off.ids == [second]
    clock[0] = 2 * SECONDS
    assert put_off.ids == []
