"""The kind of a file is told by its content; what is in doubt is refused."""

import pytest

from assistant.errors import Refused
from assistant.services import file_kinds
from assistant.services.file_kinds import (
    BOMB,
    BROKEN,
    HUGE,
    TWO_KINDS,
    UNKNOWN,
    kind_of,
    text_in,
)
from tests.papers import WORD, gif, jpeg, package, pdf, png, webp, word

SHEET = "application/vnd.oasis.opendocument.spreadsheet"


def webp_of(kind: bytes, body: bytes) -> bytes:
    return b"RIFF\x1e\0\0\0WEBP" + kind + b"\x0a\0\0\0" + body


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"words", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        ("Grüße".encode("utf-16"), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (pdf("x"), "application/pdf"),
        (word("x"), WORD),
        (package({"mimetype": SHEET, "content.xml": "<a/>"}), SHEET),
        (png(), "image/png"),
        (gif(), "image/gif"),
        (jpeg(), "image/jpeg"),
        (webp(), "image/webp"),
        (webp_of(b"VP8L", b"\x2f\x01\x40\0\0\0\0\0\0\0"), "image/webp"),
        (webp_of(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x02\0\x02\0"), "image/webp"),
    ],
)
def test_it_is_told_by_the_content(content, kind) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01\0",
        b"MZ\x90\0\xff",
        b"\xca\xfe\xba\xbe\0",
        b"a\0b",
        package({"a.txt": "words"}),
        package({"mimetype": "application/epub+zip"}),
        b"\x1f\x8b\x08\0",
    ],
)
def test_what_is_none_of_them_is_refused(content) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(content)
    assert str(caught.value) == UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        png() + word("x"),
        gif() + package({"a": "b"}),
        pdf("x") + word("x"),
        b"words" + package({"a": "b"}),
        jpeg()[:20] + b"%PDF-1.4" + jpeg()[20:],
        package({"%PDF-1.4": "x", "word/document.xml": "<a/>"}),
        package({"word/document.xml": "<a/>", "xl/workbook.xml": "<a/>"}),
        package({"word/document.xml": "<a/>", "../../etc/passwd": "x"}),
        package({"word/document.xml": "<a/>", "/etc/passwd": "x"}),
    ],
)
def test_what_is_two_things_at_once_is_refused(content) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(content)
    assert str(caught.value) == TWO_KINDS


def test_what_unpacks_to_far_more_is_refused() -> None:
    bomb = package({"word/document.xml": b"\0" * 3_000_000})
    many = package({f"{n}": "" for n in range(file_kinds.ENTRIES + 1)})
    for content in (bomb, many):
        with pytest.raises(Refused) as caught:
            kind_of(content)
        assert str(caught.value) == BOMB


def test_a_package_that_is_encrypted_or_cut_off_is_refused() -> None:
    whole = word("x")
    locked = bytearray(whole)
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    for content in (bytes(locked), whole[:-30], whole[:10]):
        with pytest.raises(Refused) as caught:
            kind_of(content)
        assert str(caught.value) == BROKEN


@pytest.mark.parametrize("make", [png, gif, jpeg, webp])
def test_a_picture_is_judged_by_its_size_before_anybody_unpacks_it(make) -> None:
    for width, height, why in (
        (9_000, 5_000, None),
        (10_001, 1, HUGE),
        (1, 10_001, HUGE),
        (9_000, 9_000, HUGE),
    ):
        if why is None:
            assert kind_of(make(width, height)).startswith("image/")
            continue
        with pytest.raises(Refused) as caught:
            kind_of(make(width, height))
        assert str(caught.value) == why


@pytest.mark.parametrize(
    "content",
    [
        png()[:14],
        png(0, 5),
        gif()[:7],
        b"\xff\xd8\xff",
        b"\xff\xd8" + b"\xff\xe0\0\x02" * 5_000 + jpeg()[2:],
        webp()[:16],
        webp_of(b"ANIM", b"\0" * 10),
    ],
)
def test_a_picture_that_does_not_tell_its_size_is_refused(content) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(content)
    assert str(caught.value) == BROKEN


def test_the_words_of_a_text_are_read_in_its_coding() -> None:
    assert text_in(b"\xef\xbb\xbfwords") == "words"
    assert text_in("Grüße".encode("utf-16")) == "Grüße"
    assert text_in(b"\xff\xfea") is None
    assert text_in(b"\xe4") is None
