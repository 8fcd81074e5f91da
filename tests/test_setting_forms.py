"""The forms of settings: what fits is taken, and all else refused with what would fit."""

import pytest
from pydantic import TypeAdapter, ValidationError

from assistant.setting_forms import (
    DatabaseAddress,
    Interface,
    Key,
    MailAddress,
    Name,
    OwnAddress,
    RedisAddress,
    Seconds,
    WebAddress,
)

LABEL = "a" * 63


def read(form, text):
    """The setting as it is used."""
    found = TypeAdapter(form).validate_python(text)
    return found.get_secret_value() if hasattr(found, "get_secret_value") else found


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        (OwnAddress, "", ""),
        (OwnAddress, "https://Ask.Example/", "https://ask.example"),
        (OwnAddress, "HTTPS://ask.example:443", "https://ask.example"),
        (OwnAddress, "http://ask.example:80", "http://ask.example"),
        (OwnAddress, "http://ask.example:443", "http://ask.example:443"),
        (OwnAddress, "http://my_app:3000", "http://my_app:3000"),
        (OwnAddress, "http://[::1]:3000", "http://[::1]:3000"),
        (WebAddress, "", ""),
        (WebAddress, "https://a.example/v1/?x=y", "https://a.example/v1/?x=y"),
        (WebAddress, f"https://{LABEL}.{LABEL}.", f"https://{LABEL}.{LABEL}."),
        (Interface, "localhost", "127.0.0.1"),
        (Interface, "0.0.0.0", "0.0.0.0"),  # noqa: S104
        (Interface, "::1", "::1"),
        (RedisAddress, "", ""),
        (RedisAddress, "rediss://u:p@cache:6379/2", "rediss://u:p@cache:6379/2"),
        (RedisAddress, "unix:///run/valkey.sock?db=1", "unix:///run/valkey.sock?db=1"),
        (DatabaseAddress, "", ""),
        (DatabaseAddress, "postgres://u:p@db/x?sslmode=require", "postgres://u:p@db/x?sslmode=require"),
        (DatabaseAddress, "postgresql+asyncpg://db:1/x", "postgresql+asyncpg://db:1/x"),
        (Key, " sk-ant_1~\n", "sk-ant_1~"),
        (MailAddress, "", ""),
        (MailAddress, "ask+us@a.example", "ask+us@a.example"),
        (Name, "1234.apps.example", "1234.apps.example"),
        (Seconds, "0.5", 0.5),
        (Seconds, "86400", 86_400),
    ],
)  # fmt: skip
def test_what_fits_is_taken(form, text, found):
    assert read(form, text) == found


NO_HOSTS = [
    "foo",
    "https://",
    "https:///x",
    "ftp://a.example",
    "https:a.example",
    "//a.example",
    "https://a b.example",
    "https://a\n.example",
    "https://bücher.example",
    "https://a..example",
    "https://.a",
    f"https://{LABEL}a.example",
    f"https://{'a.' * 130}a",
    "https://a.example:99999",
    "https://a.example:x",
    "https://a.example:0",
    "https://a.example:-1",
    "https://[::1",
    "https://%00",
    "javascript:alert(1)",
    "https://" + "a" * 100_000,
]


@pytest.mark.parametrize("text", NO_HOSTS, ids=lambda text: ascii(text[:24]))
def test_what_is_no_address_is_refused_in_each_form(text):
    for form, scheme in (
        (OwnAddress, "https"),
        (WebAddress, "https"),
        (RedisAddress, "redis"),
        (DatabaseAddress, "postgresql"),
    ):
        with pytest.raises(ValidationError, match="it must be an address like"):
            read(form, text.replace("https", scheme))


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        (OwnAddress, "https://a.example/path", "without a path"),
        (OwnAddress, "https://a.example?x=y", "without a path"),
        (OwnAddress, "https://a.example/#x", "without a path"),
        (OwnAddress, "https://u:p@a.example", "without a path"),
        (Interface, "999.1.1.1", "an address of this machine like 127.0.0.1"),
        (Interface, "a.example", "an address of this machine like 127.0.0.1"),
        (Interface, "[::1]", "an address of this machine like 127.0.0.1"),
        (Interface, "fe80::1%eth0", "an address of this machine like 127.0.0.1"),
        (Interface, "127.0.0.1:3000", "an address of this machine like 127.0.0.1"),
        (RedisAddress, "http://cache:6379", "like redis://host:6379"),
        (RedisAddress, "unix://run", "like redis://host:6379"),
        (DatabaseAddress, "mysql://u:p@db/x", "like postgresql://user"),
        (DatabaseAddress, "postgresql+psycopg2://u:p@db/x", "like postgresql://user"),
        (DatabaseAddress, "postgresql://u:p@db/x?foo=1", "no option but sslmode"),
        (Key, "sk ant", "a blank or a letter"),
        (Key, "schlüssel", "a blank or a letter"),
        (Key, "a\nb", "a blank or a letter"),
        (Name, "a b", "a blank or a letter"),
        (MailAddress, "us", "an address of mail"),
        (MailAddress, "us@a.example?bcc=b@b.example", "an address of mail"),
        (Seconds, "inf", "finite"),
        (Seconds, "nan", "finite"),
        (Seconds, "-1", "greater than 0"),
        (Seconds, "0", "greater than 0"),
        (Seconds, "1e9", "less than or equal to 86400"),
        (Seconds, "soon", "valid number"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(form, text, reason):
    with pytest.raises(ValidationError, match=reason):
        read(form, text)
