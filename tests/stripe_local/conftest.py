"""A Stripe with something to sell, for its own tests."""

from collections.abc import Iterator

import pytest

from tests.stripe_local.server import LocalStripe
from tests.stripe_local.shop import Shop


@pytest.fixture
def server() -> Iterator[LocalStripe]:
    """An empty account."""
    with LocalStripe() as running:
        yield running


@pytest.fixture
def shop(server: LocalStripe) -> Shop:
    """An account that sells Pro ($29) and Team ($35 a seat)."""
    return Shop(server)
