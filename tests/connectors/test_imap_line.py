"""A connection to a server of IMAP: encrypted, signed in, bounded, and closed however it ends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from assistant.connectors import imap_line
from assistant.connectors.imap_line import Box, on_line
from assistant.connectors.mail_account import Access, Security, Server
from assistant.errors import AccessRefused, ToolError
from tests.servers.accounts import access
from tests.servers.imap import PASSWORD, ImapServer, imap_server
from tests.servers.relay import relay, silent


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with imap_server() as server:
        yield server


def folders(box: Box) -> list[str]:
    return [each.name for each in box.folder.list()]


@pytest.mark.parametrize("by", ["tls", "starttls", "plain"])
async def test_each_kind_of_encryption_signs_in(imap: ImapServer, by: Security) -> None:
    port = imap.tls_port if by == "tls" else imap.port
    assert "INBOX" in await on_line(access(port, by=by), folders)


async def test_with_starttls_the_password_goes_out_encrypted(imap: ImapServer) -> None:
    async with relay(imap.port) as before:
        await on_line(access(before.port, by="starttls"), folders)
    assert any(b"STARTTLS" in line for line in before.asked)
    assert not any(b"AUTHENTICATE" in line or b"LOGIN" in line for line in before.asked)


async def test_a_server_without_starttls_gets_no_password(imap: ImapServer) -> None:
    async with relay(imap.port, say=lambda line: line.replace(b" STARTTLS", b"")) as before:
        with pytest.raises(ToolError, match="offers no encryption"):
            await on_line(access(before.port, by="starttls"), folders)
    assert not any(b"AUTHENTICATE" in line or b"LOGIN" in line for line in before.asked)


async def test_a_certificate_that_nobody_vouches_for_is_refused(imap: ImapServer) -> None:
    known = access(imap.tls_port)
    stranger = Access(known.account, known.reach)
    with pytest.raises(ToolError, match="no certificate that can be trusted"):
        await on_line(stranger, folders)


@pytest.mark.parametrize("by", ["tls", "plain"])
@pytest.mark.parametrize("password", ["wrong", "", "pässwörd", 'a"b\\c', "x\r\nA1 LOGOUT"])
async def test_a_wrong_password_is_said_and_not_shown(
    imap: ImapServer, by: Security, password: str
) -> None:
    port = imap.tls_port if by == "tls" else imap.port
    with pytest.raises(
        AccessRefused, match="does not accept the user name or the password"
    ) as caught:
        await on_line(access(port, by=by, password=password), folders)
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "wrong", "pässwörd", 'a"b\\c', "x\r\nA1 NOOP"])
async def test_where_only_login_is_known_it_is_used(imap: ImapServer, password: str) -> None:
    def without(line: bytes) -> bytes:
        return line.replace(b" AUTH=PLAIN", b"")

    async with relay(imap.port, say=without) as before:
        known = access(before.port, by="plain", password=password)
        if password == PASSWORD:
            assert "INBOX" in await on_line(known, folders)
        else:
            with pytest.raises(AccessRefused, match="does not accept"):
                await on_line(known, folders)
    assert not any(line.startswith(b"A1 ") for line in before.asked)


async def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(ToolError) as caught:
        await on_line(access(1), folders)
    assert str(caught.value) == (
        "The mail server at localhost could not be reached. Nothing was changed."
    )


@pytest.mark.parametrize("by", ["tls", "starttls"])
async def test_a_server_that_says_nothing_is_left_in_time(by: Security) -> None:
    async with silent() as port:
        with pytest.raises(ToolError, match=r"did not answer within 0\.3 seconds"):
            await on_line(replace(access(port, by=by), seconds=0.3), folders)


async def test_when_the_time_is_over_the_line_is_closed(imap: ImapServer) -> None:
    async with relay(imap.port, hush=b"LIST") as before:
        with pytest.raises(ToolError, match="did not answer"):
            await on_line(replace(access(before.port, by="plain"), seconds=2.0), folders)
        await before.ends.get()


async def test_who_is_cancelled_closes_the_line(imap: ImapServer) -> None:
    async with relay(imap.port, hush=b"LIST") as before:
        task = asyncio.create_task(on_line(access(before.port, by="plain"), folders))
        await before.lost.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await before.ends.get()


async def test_a_line_that_breaks_off_leaves_the_doubt(imap: ImapServer) -> None:
    async with relay(imap.port, cut=b"LIST") as before:
        with pytest.raises(ToolError, match=r"broke off the connection\. It may be so\."):
            await on_line(access(before.port, by="plain"), folders, "It may be so.")


async def test_more_bytes_than_are_taken_end_it(
    imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_line, "MOST_BYTES", 1_000)
    await imap.put(b"Subject: x\r\n\r\n" + b"x" * 5_000)

    def take(box: Box) -> object:
        box.folder.set("INBOX", readonly=True)
        return box.client.uid("FETCH", "1:*", "(BODY.PEEK[])")

    with pytest.raises(ToolError, match="sent more than was to be taken"):
        await on_line(access(imap.tls_port), take)


@pytest.mark.parametrize(
    "greeting", [b"220 smtp here\r\n", b"* OK\r\n\xff\xfe\r\n", b"\r\n", b"* BYE no\r\n"]
)
async def test_what_is_no_imap_is_said(imap: ImapServer, greeting: bytes) -> None:
    async with relay(imap.port, say=lambda _: greeting) as before:
        with pytest.raises(ToolError, match=r"broke off|cannot be understood"):
            await on_line(replace(access(before.port, by="plain"), seconds=5.0), folders)


async def test_the_defects_of_the_work_are_not_called_the_servers(imap: ImapServer) -> None:
    def broken(_: Box) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await on_line(access(imap.tls_port), broken)


async def test_without_encryption_only_what_the_operator_allows_is_asked() -> None:
    known = access(143, by="plain")
    outside = replace(known.account, imap=Server("mail.example.com", 143, "plain"))
    with pytest.raises(ToolError, match="unencrypted"):
        await on_line(replace(known, account=outside), folders)
