"""What the processes of one installation share."""

import subprocess
import sys

import pytest

from assistant.config import settings
from assistant.services import shared

FORKED = """
import os
from assistant.services.shared import process
process()
if os.fork():
    os.wait()
print(process())
"""
LAUNCHER = "import sys, assistant.__main__; print(*sys.modules)"


@pytest.mark.usefixtures("prepared")
def test_without_an_address_a_process_shares_nothing(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "")
    settings.cache_clear()
    shared.redis.cache_clear()
    assert shared.redis() is None


async def test_one_client_serves_the_whole_process(valkey):
    client = shared.redis()
    assert client is shared.redis()
    await client.set("shared-by", "all", ex=60)
    assert await client.get("shared-by") == b"all"


def test_every_process_has_a_name_of_its_own_also_one_that_was_forked():
    names = [*_printed(FORKED), shared.process(), shared.process()]
    assert [len(name) for name in names] == [32] * 4
    assert len(set(names)) == 3


def test_the_launcher_from_which_workers_are_forked_loads_nothing_of_what_serves_or_migrates():
    names = _printed(LAUNCHER)
    assert "assistant.local.server" in names
    others = ("assistant.services", "assistant.migration", "sqlalchemy", "structlog")
    assert [name for name in names if name.startswith(others)] == []


def _printed(program: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.split()
