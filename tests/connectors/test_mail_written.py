"""A letter that is written: no text of anybody's gets it another line, or another recipient."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from assistant.agent.backends.mail import Letter
from assistant.connectors.mail_written import message_id, written
from assistant.errors import ToolError
from tests.services.naughty import ALL

ALICE = "alice@example.com"
LETTER = Letter(("bob@example.com",), ("carol@example.com",), ("dan@example.com",), "Hi", "Hello")
NAMES = ["From", "To", "Cc", "Subject", "Date", "Message-ID"]
TEXT_NAMES = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
INJECTIONS = [
    "Hi\r\nBcc: eve@evil.example",
    "Hi\nBcc: eve@evil.example",
    "Hi\rBcc: eve@evil.example",
    "Hi\r\n\r\nAnother text",
    "Hi\x0bBcc: eve@evil.example",
    "Hi\x0cBcc: eve@evil.example",
    "Hi\x85Bcc: eve@evil.example",
    "Hi\u2028Bcc: eve@evil.example",
    "Hi\u2029Bcc: eve@evil.example",
    "Hi\x00",
    "Hi\r\n ",
    "\r\n",
    "\x1c\x1d\x1eBcc: eve@evil.example",
]


def read(letter: Letter, *, with_bcc: bool = False):
    raw = written(letter, ALICE, "key", with_bcc=with_bcc)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.replace(b"\r\n", b"").count(b"\n") == raw.replace(b"\r\n", b"").count(b"\r") == 0
    assert raw.isascii()
    return message_from_bytes(raw, policy=default)


def test_a_letter_says_who_what_and_when() -> None:
    message = read(LETTER)
    assert (message["From"], message["To"], message["Cc"]) == (ALICE, *LETTER.to, *LETTER.cc)
    assert message["Subject"] == "Hi"
    assert message.get_content() == "Hello\r\n"
    assert message["Date"].datetime


def test_bcc_stands_only_where_it_is_wanted() -> None:
    assert "Bcc" not in read(LETTER)
    assert b"dan@" not in written(LETTER, ALICE, "key")
    assert read(LETTER, with_bcc=True)["Bcc"] == "dan@example.com"


def test_the_same_key_makes_the_same_name() -> None:
    assert read(LETTER)["Message-ID"] == message_id(ALICE, "key")
    assert message_id(ALICE, "key") != message_id(ALICE, "other")
    assert message_id("bob@bücher.example", "key").endswith("@xn--bcher-kva.example>")


@pytest.mark.parametrize("subject", INJECTIONS)
def test_a_subject_of_more_than_one_line_is_refused(subject: str) -> None:
    with pytest.raises(ToolError, match="one line"):
        written(replace(LETTER, subject=subject), ALICE, "key")


@pytest.mark.parametrize("place", ["to", "cc", "bcc"])
@pytest.mark.parametrize(
    "address",
    [
        *(f"bob@example.com{each.removeprefix('Hi')}" for each in INJECTIONS),
        "bob@example.com, eve@evil.example",
    ],
)
def test_an_address_of_more_than_one_is_refused(place: str, address: str) -> None:
    with pytest.raises(ToolError, match="not one address"):
        written(replace(LETTER, **{place: (address,)}), ALICE, "key", with_bcc=True)


@pytest.mark.parametrize("injected", INJECTIONS)
def test_what_a_letter_answers_is_named_only_by_a_message_id(injected: str) -> None:
    answer = replace(LETTER, in_reply_to=f"<1@example.com>{injected}", references=(injected,))
    message = read(answer)
    assert "In-Reply-To" not in message
    assert "References" not in message
    message = read(replace(answer, in_reply_to="<2@example.com>", references=("<1@x>", injected)))
    assert message["In-Reply-To"] == "<2@example.com>"
    assert message["References"] == "<1@x> <2@example.com>"


def test_long_message_ids_stay_whole() -> None:
    long_ids = tuple(f"<{'a' * 190}{number}@{'b' * 190}.example>" for number in range(30))
    message = read(replace(LETTER, in_reply_to=long_ids[-1], references=long_ids[:-1]))
    assert message["In-Reply-To"] == long_ids[-1]
    assert message["References"].split() == list(long_ids[-21:])


def test_naughty_subjects_come_through_or_are_refused() -> None:
    taken = 0
    for subject in ALL:
        letter = replace(LETTER, subject=subject[:300])
        try:
            message = read(letter)
        except ToolError:
            continue
        taken += 1
        assert sorted(message.keys()) == sorted([*NAMES, *TEXT_NAMES]), subject
        assert message["To"] == "bob@example.com"
    assert taken > 500


def test_naughty_texts_stay_text() -> None:
    for text in ALL:
        message = read(replace(LETTER, text=text))
        assert sorted(message.keys()) == sorted([*NAMES, *TEXT_NAMES])
        assert not message.is_multipart()


@pytest.mark.parametrize("text", ["Grüße\n日本", ".\n..\nFrom me", "x" * 5_000, "a\n\n\nb", ""])
def test_a_text_comes_through_whole(text: str) -> None:
    content = read(replace(LETTER, text=text)).get_content()
    assert content.replace("\r\n", "\n").removesuffix("\n") == text
