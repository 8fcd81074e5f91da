"""Which addresses are public."""

import pytest

from assistant.connectors.addresses import public
from tests.connectors.hostile import INSIDE, PUBLIC


@pytest.mark.parametrize("address", INSIDE)
def test_what_stands_inside_or_is_no_single_host_is_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_hosts_of_the_internet_are_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "2a00::1%eth0", "8.8.8.8/8", "8"])
def test_what_is_no_address_is_not_public(address: str) -> None:
    assert not public(address)
