"""The fixture `stripe`: import it in a conftest, or in a test file."""

from collections.abc import Iterator

import pytest

from assistant.config import settings
from tests.stripe_local.server import LocalStripe


@pytest.fixture
def stripe() -> Iterator[LocalStripe]:
    """An empty Stripe account on loopback, by which the app sells as long as the test lasts."""
    with pytest.MonkeyPatch.context() as patch, LocalStripe() as server:
        for name, value in server.settings().items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield server
    settings.cache_clear()
