"""Accounts on the mail servers of the tests."""

from assistant.connectors.mail_account import Access, Account, Security, Server
from assistant.connectors.network import Reach
from tests.servers.certificate import own_certificate
from tests.servers.imap import PASSWORD, USER

REACH = Reach(frozenset({"127.0.0.1", "localhost"}))


def access(imap: int, smtp: int = 1, *, by: Security = "tls", password: str = PASSWORD) -> Access:
    """alice's account on these ports, with time enough for a busy machine."""
    servers = (Server("localhost", port, by) for port in (imap, smtp))
    return Access(Account(USER, USER, password, *servers), REACH, own_certificate().client, 8.0)
