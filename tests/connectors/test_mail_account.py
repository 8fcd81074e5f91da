"""Accounts on mail servers, and the connection to one."""

from dataclasses import replace

import pytest

from assistant.connectors.mail_account import Server, Unreachable, connected
from assistant.connectors.network import Reach
from assistant.errors import ToolError
from tests.servers.accounts import REACH, access
from tests.servers.relay import silent


async def test_a_connection_goes_to_the_server() -> None:
    async with silent() as port:
        line = await connected(Server("localhost", port), REACH)
        with line:
            assert line.getpeername() == ("127.0.0.1", port)


async def test_where_nobody_is_it_says_so() -> None:
    with pytest.raises(Unreachable):
        await connected(Server("localhost", 1), REACH)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1"])
async def test_what_stands_inside_is_not_contacted(host: str) -> None:
    with pytest.raises(ToolError, match="private network"):
        await connected(Server(host, 993), Reach())


@pytest.mark.parametrize("port", [0, 22, 80, 5432, 6379, 65535])
async def test_other_ports_than_those_of_mail_are_not_contacted(port: int) -> None:
    with pytest.raises(ToolError, match="none of mail"):
        await connected(Server("mail.example.com", port), Reach())


async def test_a_password_goes_nowhere_in_plain_words() -> None:
    with pytest.raises(ToolError, match="unencrypted"):
        await connected(Server("mail.example.com", 143, "plain"), REACH)


def test_a_password_is_not_shown() -> None:
    known = access(1)
    hidden = replace(known.account, password="hunter2")
    assert "hunter2" not in repr(hidden) + repr(replace(known, account=hidden))
