"""Letters as Gmail's API gives them, also such as it should never give."""

from base64 import urlsafe_b64encode

import pytest

from assistant.connectors.gmail_messages import found, received


def part(kind: str, text: str | bytes, charset: str = "", filename: str = "") -> dict:
    data = text if isinstance(text, bytes) else text.encode()
    return {
        "mimeType": kind,
        "filename": filename,
        "headers": [{"name": "content-type", "value": f'{kind}; charset="{charset}"'}],
        "body": {"data": urlsafe_b64encode(data).decode().rstrip("=")},
    }


def test_the_plain_text_is_taken_before_the_marked_one() -> None:
    both = {"parts": [part("text/html", "<p>marked</p>"), part("text/plain", "plain")]}
    assert received({"id": "m", "payload": both}).text == "plain"
    only = {"parts": [{"parts": [part("text/html", "<p>marked</p>")]}]}
    assert received({"id": "m", "payload": only}).text == "marked"


def test_what_is_attached_is_named_and_not_read() -> None:
    files = {"parts": [part("text/plain", "secret", filename="plan.txt")]}
    letter = received({"id": "m", "payload": files, "threadId": "t"})
    assert (letter.text, letter.attachments, letter.thread) == ("", ("plan.txt",), "t")


@pytest.mark.parametrize("charset", ["iso-8859-1", "nonsense", ""])
def test_a_text_in_another_charset_is_read(charset: str) -> None:
    text = received({"id": "m", "payload": part("text/plain", "Grüße".encode("latin-1"), charset)})
    assert text.text.startswith("Gr")
    if charset != "nonsense":
        assert text.text == "Grüße"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"headers": []},
        {"mimeType": "text/plain", "body": {}},
        {"mimeType": "text/plain", "body": {"data": "!"}},
        {"mimeType": "text/plain", "body": {"data": "AAAAA"}},
        {"headers": [{"name": "Subject", "value": "=?utf-8?b?!?="}]},
        {"parts": []},
    ],
)
def test_what_is_missing_is_empty(payload: dict) -> None:
    assert received({"id": "m", "payload": payload}).id == "m"
    assert found({"id": "m", "payload": payload}).id == "m"


def test_what_is_nested_without_an_end_is_left_out() -> None:
    payload = part("text/plain", "deep")
    for _ in range(2_000):
        payload = {"parts": [payload]}
    assert received({"id": "m", "payload": payload}).text == ""
