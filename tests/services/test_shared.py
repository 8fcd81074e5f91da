"""What the processes of one installation share."""

import subprocess
import sys

import pytest

from assistant.config import settings
from assistant.services import shared

NAME = "from assistant.services.shared import PROCESS; print(PROCESS)"


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


def test_every_process_has_a_name_of_its_own():
    named = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", NAME], capture_output=True, text=True, check=True
    )
    name = named.stdout.strip()
    assert len(name) == 32
    assert name != shared.PROCESS
