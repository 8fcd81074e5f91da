"""Bytes of a page become letters."""

import pytest

from assistant.connectors.charset import decoded


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("Grüße".encode(), "text/html; charset=utf-8", "Grüße"),
        ("Grüße".encode(), "text/html", "Grüße"),
        ("Grüße".encode("latin-1"), 'text/html; charset="ISO-8859-1"', "Grüße"),
        ("Grüße".encode("latin-1"), "text/html", "Grüße"),
        ("“Grüße”".encode("cp1252"), "text/html; charset=latin1", "“Grüße”"),
        ("€".encode("iso8859-15"), "text/plain; charset=ISO-8859-15", "€"),
        ("Привет".encode("koi8-r"), "text/html; charset=koi8-r", "Привет"),
        ("日本語".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本語"),
        (
            "中文".encode("gb18030"),
            "text/html; charset=gb2312;charset=x",
            "中文".encode("gb18030").decode("gb2312"),
        ),
        ("Grüße".encode("utf-8-sig"), "text/html; charset=iso-8859-1", "Grüße"),
        (b"\xff\xfe" + "Grüße".encode("utf-16-le"), "text/html", "Grüße"),
        (b"\xfe\xff" + "Grüße".encode("utf-16-be"), "text/html; charset=utf-8", "Grüße"),
    ],
)
def test_what_the_server_or_a_mark_says_holds(body, kind, text) -> None:
    assert decoded(body, kind) == text


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET = 'cp1251' >",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    ],
)
def test_what_the_page_says_of_itself_holds_where_the_server_says_nothing(meta) -> None:
    body = f"<html><head>{meta}</head>Привет".encode("cp1251")
    assert decoded(body, "text/html").endswith("Привет")
    assert not decoded(body, "text/html; charset=utf-8").endswith("Привет")


def test_a_page_that_can_be_read_is_not_utf_16_whatever_it_says() -> None:
    assert decoded('<meta charset="utf-16">Grüße'.encode(), "").endswith("Grüße")


@pytest.mark.parametrize(
    "label",
    ["utf-7", "punycode", "idna", "unicode_escape", "rot13", "zlib", "hex", "no-such", "a" * 40],
)
def test_encodings_that_no_page_is_written_in_are_ignored(label) -> None:
    body = rb"+ADw-b+AD4- \u0041 xn--abc"
    assert decoded(body, f"text/html; charset={label}") == body.decode()


@pytest.mark.parametrize("label", ["utf-8", "utf-16", "shift_jis", "euc-jp", "gb18030", "big5"])
def test_what_fits_no_letter_does_not_stop_the_rest(label) -> None:
    assert "\ufffd" in decoded(b"ab\xff\xff\x80", f"text/html; charset={label}")
