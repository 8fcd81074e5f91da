"""A form is taken as it was filled in, or refused with the name of what does not fit."""

import pytest

from assistant.connectors.mail_account import Server as MailServer
from assistant.errors import Refused
from assistant.services.connection_forms import FORMS, PRESETS, filled

CALDAV = {"server": "https://cal.example.com/dav", "user": "alice", "password": "secret-word"}
MAIL = {
    "address": "alice@example.com",
    "user": "",
    "password": "secret-word",
    "imap_host": "imap.example.com",
    "imap_port": "993",
    "imap_security": "tls",
    "smtp_host": "smtp.example.com",
    "smtp_port": "465",
    "smtp_security": "tls",
}
MCP = {"name": "sums", "url": "https://mcp.example.com/mcp", "token": "secret-word"}
ALL = {"caldav": CALDAV, "mail": MAIL, "mcp": MCP}


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("caldav", "alice · cal.example.com"),
        ("mail", "alice@example.com · imap.example.com"),
        ("mcp", "sums · mcp.example.com"),
    ],
)
def test_an_account_is_known_by_its_user_and_its_host(kind, label):
    assert filled(kind, ALL[kind]).label == label


def test_a_mailbox_without_a_user_name_signs_in_by_its_address():
    account = filled("mail", MAIL).account
    assert account.user == "alice@example.com"
    assert account.imap == MailServer("imap.example.com", 993, "tls")


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("caldav", {"server": ""}, "The server's address"),
        ("caldav", {"user": "a\r\nb"}, "The user name"),
        ("caldav", {"password": ""}, "The password"),
        ("caldav", {"password": "x" * 2_000}, "The password"),
        ("mail", {"address": "alice"}, "The email address"),
        ("mail", {"address": "a@b\r\nTo: c@d"}, "The email address"),
        ("mail", {"imap_host": "imap example"}, "The server for incoming mail"),
        ("mail", {"smtp_port": "70000"}, "The port for outgoing mail"),
        ("mail", {"imap_security": "hope"}, "imap_security"),
        ("mcp", {"name": "two words"}, "The name"),
        ("mcp", {"name": "a__b"}, "The name"),
        ("mcp", {"url": "https://a b"}, "The server's address"),
        ("mcp", {"token": "a\nb"}, "The access token"),
        ("mcp", {"more": "x"}, "more"),
    ],
)
def test_what_does_not_fit_is_named_and_never_repeated(kind, change, said):
    with pytest.raises(Refused, match="Nothing was connected") as told:
        filled(kind, ALL[kind] | change)
    assert str(told.value).startswith(said)
    assert "secret-word" not in str(told.value)


def test_what_cannot_be_connected_is_refused():
    with pytest.raises(Refused):
        filled("fax", {})


@pytest.mark.parametrize("kind", list(FORMS))
def test_no_secret_stands_in_the_text_of_a_form(kind):
    assert "secret-word" not in repr(filled(kind, ALL[kind]))


@pytest.mark.parametrize("kind", list(PRESETS))
def test_what_services_fill_in_fits_the_form(kind):
    for name, filling in PRESETS[kind].items():
        if name not in ("Nextcloud", "Another"):
            filled(kind, ALL[kind] | filling)
