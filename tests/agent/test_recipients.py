"""Which addresses are taken, and how they are shown and sent."""
# ruff: noqa: RUF001  (letters that look like others are the point)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.recipients import checked, in_ascii, shown


@pytest.mark.parametrize(
    "address",
    [
        "bob@example.com",
        "Bob.O'Hara+mail_1@Mail-2.Example.CO.uk",
        "a@b.co",
        "bob@bücher.example",
        "bob@日本語.jp",
        "bob@カタカナ漢字.jp",
        "bob@пример.рф",
        "bob@xn--bcher-kva.example",
        f"{'a' * 64}@example.com",
    ],
)
def test_one_plain_address_is_taken_as_it_is(address: str) -> None:
    assert checked(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bob",
        "bob@",
        "@example.com",
        "bob@localhost",
        "bob@example..com",
        "bob@-example.com",
        "bob@example.com.",
        "bob@exam_ple.com",
        "bob@[127.0.0.1]",
        "bob @example.com",
        " bob@example.com",
        "bob@example.com ",
        "bob@example.com,eve@evil.example",
        "bob@example.com;eve@evil.example",
        "Bob <bob@example.com>",
        "<bob@example.com>",
        '"bob@example.com" <eve@evil.example>',
        '"a b"@example.com',
        "bob(eve@evil.example)@example.com",
        "bob@example.com(comment)",
        "bob@example.com\r\nBcc: eve@evil.example",
        "bob\n@example.com",
        "bob@example.com\x00",
        "bob@example\u2028.com",
        "bob@\u202emoc.elpmaxe",
        "bob@exam\u200bple.com",
        "bob@ｅxample.com",
        "bob@example。com,x",
        "böb@example.com",
        ".bob@example.com",
        "bob.@example.com",
        "bo..b@example.com",
        f"{'a' * 65}@example.com",
        f"bob@{'a' * 64}.com",
        "=?utf-8?q?bob?=@",
        "bob@example.com?bcc=eve@evil.example",
        "mailto:bob@example.com\t",
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not one address"):
        checked(address)


@pytest.mark.parametrize(
    ("address", "really"),
    [
        ("bob@аpple.com", "xn--pple-43d.com"),
        ("bob@pаypal.com", "xn--pypal-4ve.com"),
        ("bob@example.сom", "example.xn--om-nmc"),
        ("bob@gοοgle.com", "xn--ggle-0nda.com"),
    ],
)
def test_a_domain_of_mixed_alphabets_is_refused_and_shown_as_it_is(
    address: str, really: str
) -> None:
    with pytest.raises(ValueError, match=really) as caught:
        checked(address)
    assert str(caught.value).isascii()
    assert checked(f"bob@{really}")


def test_other_letters_are_shown_with_what_they_amount_to() -> None:
    assert shown("bob@example.com") == "bob@example.com"
    assert shown("bob@bücher.example") == "bob@bücher.example (bob@xn--bcher-kva.example)"
    assert in_ascii("Bob@Bücher.example") == "Bob@xn--bcher-kva.example"


@given(st.text(max_size=80))
def test_nothing_but_an_address_gets_through(text: str) -> None:
    for address in (text, f"{text}@example.com", f"bob@{text}", f"bob@example.com{text}"):
        try:
            checked(address)
        except ValueError:
            continue
        travels = in_ascii(address)
        assert travels.isascii()
        assert travels.count("@") == 1
        assert not set(travels) & set(' \t\r\n\x00,;:<>()[]"\\')
