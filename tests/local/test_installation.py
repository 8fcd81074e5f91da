"""An installation, opened for a command."""

import pytest

from assistant.config import LaunchSettings, read, settings
from assistant.errors import CannotStart
from assistant.local.installation import opened
from tests.conftest import SECRET


@pytest.fixture
def environment(prepared, tmp_path, monkeypatch):
    """That of a command: it knows the administrator's address."""
    for name in LaunchSettings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", prepared)
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def test_the_command_is_given_all_three_roles(environment):
    with opened(read(LaunchSettings)):
        urls = (settings().database_app_url, settings().database_migrator_url)
        users = [url.get_secret_value().split("//")[1].split(":")[0] for url in urls]
    assert [user.rpartition("_")[2] for user in users] == ["app", "migrator"]


def test_where_nothing_is_nothing_is_made(environment, tmp_path):
    environment.setenv("ASSISTANT_SECRET_KEY", "")
    chosen = read(LaunchSettings)
    with pytest.raises(CannotStart, match="There is no installation"), opened(chosen):
        raise AssertionError("it must not come to this")
    assert list(tmp_path.iterdir()) == []
