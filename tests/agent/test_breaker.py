"""When the breaker leaves a provider alone."""

import pytest

from assistant.agent.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, seconds=30, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed("one")


def test_two_failures_leave_it_closed(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.lets_through("one")


def test_three_failures_in_a_row_open_it_for_that_provider_only(breaker: Breaker) -> None:
    fail(breaker, 3)
    assert not breaker.lets_through("one")
    assert breaker.lets_through("two")


def test_a_success_between_begins_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.succeeded("one")
    fail(breaker, 2)
    assert breaker.lets_through("one")


def test_after_its_time_one_trial_passes(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30
    assert not breaker.is_open("one")
    assert breaker.lets_through("one")
    assert not breaker.lets_through("one")


def test_a_trial_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30
    assert breaker.lets_through("one")
    clock.now = 40
    breaker.failed("one")
    clock.now = 69
    assert not breaker.lets_through("one")
    clock.now = 70
    assert breaker.lets_through("one")


def test_a_trial_that_succeeds_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30
    assert breaker.lets_through("one")
    breaker.succeeded("one")
    assert breaker.lets_through("one")
    assert breaker.lets_through("one")


def test_a_trial_without_a_verdict_does_not_block_for_ever(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30
    assert breaker.lets_through("one")
    clock.now = 60
    assert breaker.lets_through("one")


def test_asking_whether_it_is_open_uses_up_no_trial(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    assert breaker.is_open("one")
    clock.now = 30
    assert not breaker.is_open("one")
    assert not breaker.is_open("one")
    assert breaker.lets_through("one")
