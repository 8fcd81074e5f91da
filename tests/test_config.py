"""Settings: read from the environment and from `.env`, and refused with a sentence."""

import pytest

from assistant.config import LaunchSettings, Settings, read
from assistant.errors import CannotStart


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """No settings but those of the test, and a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in LaunchSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def chosen(**values) -> Settings:
    return Settings(**values)


def test_the_environment_goes_before_the_file_and_empty_is_not_set(monkeypatch, tmp_path):
    lines = "PORT=3100\nWORKERS=2\nAPP_URL=\nSOMETHING_ELSE=x\n"
    (tmp_path / ".env").write_text(lines)
    monkeypatch.setenv("PORT", "3200")
    monkeypatch.setenv("WORKERS", "")
    found = read(Settings)
    assert (found.port, found.workers, found.app_url) == (3200, 2, "")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "many", "should be a valid integer"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("WORKERS", "0", "greater than or equal to 1"),
        ("TURN_STEPS", "101", "less than or equal to 100"),
        ("IDLE_SECONDS", "0", "greater than 0"),
        ("DEFAULT_TIER", "gold", "'free', 'pro', 'team' or 'enterprise'"),
        ("APP_URL", "foo", "an address like https://ask.example, without a path"),
        ("BIND_HOST", "999.1.1.1", "an address of this machine"),
        ("REDIS_URL", "foo", "an address like redis://host:6379"),
        ("CONNECT_SECONDS", "inf", "a finite number"),
        ("TURN_SECONDS", "nan", "a finite number"),
        ("TURNS_AT_ONCE", "-1", "greater than or equal to 1"),
        ("TURNS_AT_ONCE", "9" * 5_000, "exceeded maximum size"),
        ("HISTORY_TOKENS", "1e400", "valid integer"),
        ("OPENAI_BASE_URL", "api.example", "an address like https://host.example"),
        ("GITHUB_API_URL", "ftp://a.example", "an address like https://host.example"),
        ("ANTHROPIC_API_KEY", "schlüssel", "a blank or a letter in it"),
        ("GOOGLE_CLIENT_ID", "a b", "a blank or a letter in it"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_not_usable_is_named_in_one_sentence(monkeypatch, name, value, reason):
    monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart) as caught:
        read(Settings)
    said = str(caught.value)
    assert said.startswith(f"The setting {name} is not usable (")
    assert reason in said
    assert said.endswith("); correct it in .env or in the environment.")
    assert len(said) < 300


NONSENSE = {
    "blank": " \t ",
    "a word": "foo",
    "two words": "foo bar",
    "a list": "[1, 2]",
    "minus one": "-1",
    "zero": "0",
    "no number": "nan",
    "no end": "inf",
    "a great number": "9" * 5_000,
    "a fraction": "0.5",
    "true": "true",
    "an address": "mysql://user:hunter2@host/name",
    "half an address": "http://",
    "a bracket": "http://[::1",
    "a long word": "x" * 100_000,
    "no text": "\udcff\udcfe",
    "an emoji": "👩‍👩‍👧‍👦",
    "two lines": "a\nb",
}


@pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE)
def test_whatever_is_set_is_taken_or_refused_in_one_line(monkeypatch, value):
    for name in LaunchSettings.model_fields:
        monkeypatch.setenv(name.upper(), value)
        try:
            read(LaunchSettings)
        except CannotStart as error:
            said = str(error)
            assert said.startswith(f"The setting {name.upper()} is not usable (")
            assert said.count("\n") == 0
            assert "hunter2" not in said
            assert len(said) < 300
        monkeypatch.delenv(name.upper())


def test_blanks_set_nothing(monkeypatch):
    usual = read(LaunchSettings)
    for name in LaunchSettings.model_fields:
        monkeypatch.setenv(name.upper(), "  ")
    assert read(LaunchSettings) == usual


def test_only_the_launcher_reads_the_administrators_address(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:pw@db/x")
    assert read(LaunchSettings).database_url.get_secret_value() == "postgresql://admin:pw@db/x"
    assert "database_url" not in Settings.model_fields


def test_no_secret_is_shown(monkeypatch):
    keys = {name for name in LaunchSettings.model_fields if name.endswith("_key")}
    secrets = keys | {"redis_url", "database_url", "database_app_url", "database_worker_url"}
    for name in secrets:
        before = {"redis_url": "redis://", "database_url": "postgresql://"}.get(name, "")
        monkeypatch.setenv(name.upper(), f"{before}hunter2")
    found = read(LaunchSettings)
    assert all("hunter2" in getattr(found, name).get_secret_value() for name in secrets)
    assert "hunter2" not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({}, "http://localhost:3000"),
        ({"port": 3100}, "http://localhost:3100"),
        ({"app_url": "https://a.example/"}, "https://a.example"),
    ],
)
def test_the_address_has_no_slash_at_its_end(values, url):
    assert chosen(**values).url == url


@pytest.mark.parametrize(
    ("values", "exists"),
    [
        ({}, True),
        ({"bind_host": "::1", "app_url": "http://127.0.0.1:3000"}, True),
        ({"bind_host": "0.0.0.0"}, False),  # noqa: S104
        ({"app_url": "https://a.example"}, False),
        ({"app_url": "https://localhost.a.example"}, False),
        ({"google_client_id": "x"}, False),
        ({"microsoft_client_id": "x"}, False),
        ({"github_client_id": "x"}, False),
    ],
)
def test_the_sign_in_by_name_exists_on_loopback_without_oauth_only(values, exists):
    assert chosen(**values).local_sign_in is exists


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("", False),
        ("http://127.0.0.1:3000", False),
        ("http://[::1]:3000", False),
        ("https://localhost", True),
        ("https://a.example", True),
        ("http://a.example", True),
    ],
)
def test_only_this_machine_gets_cookies_by_plain_http(url, secure):
    assert chosen(app_url=url).cookies_are_secure is secure
