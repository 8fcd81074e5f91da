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
    ],
)
def test_what_is_not_usable_is_named_in_one_sentence(monkeypatch, name, value, reason):
    monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart, match=rf"The setting {name} is not usable \(.*{reason}"):
        read(Settings)


def test_only_the_launcher_reads_the_administrators_address(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:pw@db/x")
    assert read(LaunchSettings).database_url.get_secret_value() == "postgresql://admin:pw@db/x"
    assert "database_url" not in Settings.model_fields


def test_no_secret_is_shown(monkeypatch):
    keys = {name for name in LaunchSettings.model_fields if name.endswith("_key")}
    secrets = keys | {"redis_url", "database_url", "database_app_url", "database_worker_url"}
    for name in secrets:
        monkeypatch.setenv(name.upper(), "hunter2")
    found = read(LaunchSettings)
    assert {getattr(found, name).get_secret_value() for name in secrets} == {"hunter2"}
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
