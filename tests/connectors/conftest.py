"""A resolver that says what a test wants, and an eye on every connection that is made."""

import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import pytest

from tests.connectors.calendars import caldav, caldav_server, google, google_server, server

__all__ = ["caldav", "caldav_server", "google", "google_server", "server"]

_watched: list[tuple[str, int]] | None = None


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    """Note a connection; one that would leave this machine is not made."""
    if event == "socket.connect" and _watched is not None and isinstance(arguments[1], tuple):
        host, port, *_ = arguments[1]
        _watched.append((host, port))
        if not ip_address(host).is_loopback:
            raise ConnectionRefusedError("tests stay on this machine")


sys.addaudithook(_see)


@pytest.fixture
def connects() -> Iterator[list[tuple[str, int]]]:
    """Every address that something tried to connect to since the test began."""
    global _watched  # an audit hook stays for good, so it is told when to look
    _watched = []
    yield _watched
    _watched = None


@dataclass
class Names:
    """What the resolver answers: for each name its addresses, one list for each question.

    asked: the names that it was asked for. The last list stays.
    """

    table: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        """In the form of `socket.getaddrinfo`."""
        self.asked.append(host)
        if host not in self.table:
            flags = socket.AI_NUMERICHOST
            return _real(host, port, type=socket.SOCK_STREAM, flags=flags)
        answers = self.table[host]
        return [_row(each, port) for each in (answers.pop(0) if answers[1:] else answers[0])]


_real = socket.getaddrinfo


def _row(address: str, port: int) -> Any:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, port, 0, 0) if ":" in address else (address, port)
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The resolver; it knows numbers, and what a test puts into its table."""
    resolver = Names()
    monkeypatch.setattr(socket, "getaddrinfo", resolver.answer)
    return resolver
