"""Sending over a real server of SMTP: to all or to none, and once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from assistant.connectors.mail_account import Access, Security, Server
from assistant.connectors.smtp import check, deliver
from assistant.errors import AccessRefused, ToolError
from tests.servers.accounts import access
from tests.servers.relay import relay, silent
from tests.servers.smtp import SmtpServer, smtp_server

RAW = b"Subject: Hi\r\n\r\n.\r\nHello\r\n"
BOB = ("bob@example.com",)


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with smtp_server() as server:
        yield server


@pytest.mark.parametrize("by", ["tls", "starttls", "plain"])
async def test_each_kind_of_encryption_delivers(smtp: SmtpServer, by: Security) -> None:
    ports = {"tls": smtp.tls_port, "starttls": smtp.port, "plain": smtp.plain_port}
    await deliver(access(1, ports[by], by=by), RAW, BOB)
    [taken] = smtp.taken
    assert (taken.sender, taken.recipients) == ("alice@example.com", BOB)
    assert taken.raw == RAW


async def test_a_domain_of_other_letters_travels_in_ascii(smtp: SmtpServer) -> None:
    await deliver(access(1, smtp.tls_port), RAW, ["bob@bücher.example"])
    assert smtp.taken[0].recipients == ("bob@xn--bcher-kva.example",)


async def test_with_starttls_nothing_else_goes_out_before(smtp: SmtpServer) -> None:
    async with relay(smtp.port) as before:
        await deliver(access(1, before.port, by="starttls"), RAW, BOB)
    assert before.asked[:2] == [b"EHLO [127.0.0.1]\r\n", b"STARTTLS\r\n"]
    assert not any(b"AUTH" in line for line in before.asked)


async def test_a_server_without_starttls_gets_no_password(smtp: SmtpServer) -> None:
    async with relay(smtp.port, say=lambda line: line.replace(b"STARTTLS", b"X")) as before:
        with pytest.raises(ToolError, match=r"offers no encryption\. Nothing was sent"):
            await deliver(access(1, before.port, by="starttls"), RAW, BOB)
    assert not any(b"AUTH" in line for line in before.asked)


@pytest.mark.parametrize("by", ["tls", "starttls"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    smtp: SmtpServer, by: Security
) -> None:
    known = access(1, smtp.tls_port if by == "tls" else smtp.port, by=by)
    with pytest.raises(ToolError, match="no certificate that can be trusted"):
        await deliver(Access(known.account, known.reach), RAW, BOB)
    assert smtp.taken == []


async def test_a_wrong_password_is_said_and_not_shown(smtp: SmtpServer) -> None:
    with pytest.raises(
        AccessRefused, match="does not accept the user name or the password"
    ) as caught:
        await deliver(access(1, smtp.tls_port, password="hunter2"), RAW, BOB)
    assert "hunter2" not in str(caught.value)
    assert smtp.taken == []


async def test_where_one_recipient_is_refused_nobody_gets_it(smtp: SmtpServer) -> None:
    with pytest.raises(ToolError, match=r"letters to nobody@example\.com\. Nothing was sent"):
        await deliver(access(1, smtp.tls_port), RAW, [*BOB, "nobody@example.com"])
    assert smtp.taken == []


async def test_a_refused_letter_is_not_sent(smtp: SmtpServer) -> None:
    smtp.says = "554 No spam"
    with pytest.raises(ToolError, match=r"refuses this letter \(554\)\. Nothing was sent"):
        await deliver(access(1, smtp.tls_port), RAW, BOB)


@pytest.mark.parametrize("way", ["cut", "hush"])
async def test_when_the_answer_to_the_letter_is_lost_it_may_have_been_sent(
    smtp: SmtpServer, way: str
) -> None:
    async with relay(smtp.plain_port, **{way: b"Hello"}) as before:
        known = replace(access(1, before.port, by="plain"), seconds=3.0)
        with pytest.raises(ToolError, match="may have been sent"):
            await deliver(known, RAW, BOB)
    assert len(smtp.taken) == 1


@pytest.mark.parametrize("way", ["cut", "hush"])
@pytest.mark.parametrize("before_what", [b"AUTH", b"MAIL", b"RCPT"])
async def test_what_breaks_off_before_the_letter_has_sent_nothing(
    smtp: SmtpServer, way: str, before_what: bytes
) -> None:
    async with relay(smtp.plain_port, **{way: before_what}) as before:
        known = replace(access(1, before.port, by="plain"), seconds=1.0)
        with pytest.raises(ToolError, match="Nothing was sent"):
            await deliver(known, RAW, BOB)
    assert smtp.taken == []


async def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(ToolError) as caught:
        await deliver(access(1, 1), RAW, BOB)
    assert str(caught.value) == (
        "The mail server at localhost could not be reached. Nothing was sent."
    )


@pytest.mark.parametrize("by", ["tls", "starttls", "plain"])
async def test_a_server_that_says_nothing_is_left_in_time(by: Security) -> None:
    async with silent() as port:
        with pytest.raises(ToolError, match=r"did not answer within 0\.3 seconds\. Nothing was"):
            await deliver(replace(access(1, port, by=by), seconds=0.3), RAW, BOB)


async def test_who_is_cancelled_closes_the_line(smtp: SmtpServer) -> None:
    async with relay(smtp.plain_port, hush=b"RCPT") as before:
        task = asyncio.create_task(deliver(access(1, before.port, by="plain"), RAW, BOB))
        await before.lost.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await before.ends.get()


@pytest.mark.parametrize("answer", [b"hello\r\n", b"554 go away\r\n", b"\xff\r\n"])
async def test_what_is_no_smtp_is_said(smtp: SmtpServer, answer: bytes) -> None:
    async with relay(smtp.plain_port, say=lambda _: answer) as before:
        with pytest.raises(ToolError, match="Nothing was sent"):
            await deliver(access(1, before.port, by="plain"), RAW, BOB)


async def test_without_encryption_only_what_the_operator_allows_is_asked() -> None:
    known = access(1, by="plain")
    outside = replace(known.account, smtp=Server("mail.example.com", 587, "plain"))
    with pytest.raises(ToolError, match="unencrypted"):
        await deliver(replace(known, account=outside), RAW, BOB)


async def test_a_check_signs_in_and_sends_nothing(smtp: SmtpServer) -> None:
    await check(access(1, smtp.tls_port))
    assert smtp.taken == []


async def test_a_check_tells_of_a_wrong_password(smtp: SmtpServer) -> None:
    with pytest.raises(AccessRefused, match="does not accept the user name or the password"):
        await check(access(1, smtp.tls_port, password="wrong"))
