"""What came in is read, however broken it is."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.connectors.mail_received import (
    MOST_NAMES,
    addresses,
    decoded,
    found,
    message_ids,
    received,
    when,
)
from tests.services.naughty import ALL


def mixed() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Zoë Ünal <zoe@example.com>"
    message["Reply-To"] = "office@example.com"
    message["To"] = "alice@example.com, Bob <bob@example.com>"
    message["Cc"] = "carol@example.com"
    message["Subject"] = "Grüße aus 東京"
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    message["Message-ID"] = "<2@example.com>"
    message["References"] = "<0@example.com> <1@example.com>"
    message.set_content("Plain wörds")
    message.add_alternative("<p>Marked <b>words</b></p>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="Rechnung ü.pdf")
    message.add_attachment("secret plan", filename="plan.txt")
    return message


def test_a_letter_is_taken_apart() -> None:
    letter = received("7", mixed().as_bytes())
    assert (letter.id, letter.sender) == ("7", "Zoë Ünal <zoe@example.com>")
    assert letter.answer_to == ("office@example.com",)
    assert letter.to == ("alice@example.com", "bob@example.com")
    assert letter.cc == ("carol@example.com",)
    assert letter.subject == "Grüße aus 東京"
    assert letter.date == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert letter.text == "Plain wörds"
    assert letter.attachments == ("Rechnung ü.pdf", "plan.txt")
    assert letter.message_id == "<2@example.com>"
    assert letter.references == ("<0@example.com>", "<1@example.com>")


def test_a_list_tells_the_header() -> None:
    line = found("7", mixed().as_bytes().partition(b"\n\n")[0], unread=True)
    assert (line.subject, line.sender, line.unread) == (
        "Grüße aus 東京",
        "Zoë Ünal <zoe@example.com>",
        True,
    )


def test_without_plain_text_the_marked_one_is_read() -> None:
    message = EmailMessage()
    message.set_content(
        "<style>p {}</style><h1>Hi</h1><p>a&nbsp;&lt; b<br>c</p><script>x()</script>",
        subtype="html",
    )
    assert received("1", message.as_bytes()).text == "Hi\n\na < b\nc"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "koi8-r"])
def test_each_charset_is_read(charset: str) -> None:
    text = "Привет" if charset == "koi8-r" else "Grüße"
    raw = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + text.encode(charset)
    assert received("1", raw).text == text


@pytest.mark.parametrize(
    "charset", ["", "nonsense", "x" * 500, "base64", "punycode", "rot13", "undefined", "\0"]
)
def test_an_unknown_charset_is_taken_for_utf_8(charset: str) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\r\n\r\nGrüße".encode()
    assert received("1", raw).text == "Grüße"


BROKEN = [
    b"",
    b"\r\n\r\n",
    b"\xff\xfe\x00",
    b"no header at all",
    b"Subject",
    b"Subject: =?utf-8?b?!!!!?=\r\n\r\n",
    b"Subject: =?nonsense?q?a=FF?=\r\n\r\n",
    b"Subject: =?utf-8?b?" + b"A" * 4_001 + b"?=\r\n\r\n",
    b"Subject: =?punycode?q?" + b"a" * 9_000 + b"?=\r\n\r\n",
    b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 900_000,
    b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\n",
    b"Subject: " + "ü".encode("latin-1") + b"\r\n\r\n",
    b"From: " + b"(" * 6_000 + b"\r\n\r\n",
    b"From: " + b"a@b.c, " * 5_000 + b"\r\n\r\n",
    b'From: "unclosed <a@b\r\n\r\n',
    b"Date: Mon, 99 Nov 2026 99:99:99 +9999\r\n\r\n",
    b"Date: " + b"9" * 5_000 + b"\r\n\r\n",
    b"Content-Type: multipart/mixed\r\n\r\nno boundary",
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x",
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 5_000,
    b'Content-Type: text/plain; charset="\xff"\r\n\r\na',
    b"Content-Type: text/plain; charset*=utf-16''%00%FF\r\n\r\na",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: uuencode\r\n\r\nbegin 6 x\r\nM",
    b"Content-Type: x; name*0*=nonsense''a; name*1=%FF\r\n\r\na",
    b"Content-Disposition: attachment; filename*=utf-99''%FF\r\n\r\na",
    b'Content-Disposition: attachment; filename="=?utf-8?b?!?="\r\n\r\na',
    b"Content-Type: text/plain" + b"; a=b" * 150_000 + b"\r\n\r\na",
    b"Content-Type: text/plain" + b";\r\n a=b" * 100_000 + b"\r\n\r\na",
    b'Content-Disposition: attachment; filename="' + b'\\"a;' * 200_000 + b"\r\n\r\na",
    b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"a",
    b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each)
        for each in range(2_000)
    ),
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_what_is_broken_is_read_as_far_as_it_goes(raw: bytes) -> None:
    letter = received("1", raw)
    assert found("1", raw, unread=False).id == letter.id == "1"
    assert len(letter.subject) <= 300
    assert len(letter.answer_to) <= MOST_NAMES


@given(st.binary(max_size=300))
def test_no_bytes_break_it(raw: bytes) -> None:
    for message in (raw, b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + raw):
        letter = received("1", message)
        (letter.text + letter.subject + letter.sender).encode()


def test_no_naughty_header_makes_two_lines_or_turns_the_reading() -> None:
    for text in ALL:
        line = decoded(text)
        assert "\n" not in line
        assert "\r" not in line
        assert not set(line) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2069")
        line.encode()


def test_an_attachment_without_a_name_is_told_all_the_same() -> None:
    raw = b"Content-Type: application/zip\r\nContent-Disposition: attachment\r\n\r\nPK"
    assert received("1", raw).attachments == ("unnamed (application/zip)",)


def test_lines_of_addresses_and_ids_are_read() -> None:
    assert addresses('"Bob, B" <bob@example.com>, eve@x.example, none') == (
        "bob@example.com",
        "eve@x.example",
    )
    assert message_ids("<a@b> junk <c d@e> <f@g>") == ("<a@b>", "<f@g>")
    assert when("Mon, 23 Nov 2026 10:00:00 -0000") == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert when("yesterday") is None
