"""`python -m assistant operator`: who becomes an operator, and what it refuses."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from assistant import operator
from assistant.config import LaunchSettings, settings
from assistant.local.installation import NOBODY
from assistant.services.accounts import sign_in_by_name
from tests.conftest import SECRET

PROJECT = Path(__file__).resolve().parent.parent
APP = "http://localhost:3000"


@pytest.fixture
async def told(unspoiled, db, tmp_path):
    """Run the command on the database of the tests: told("add", "Ada")."""
    settings.cache_clear()  # another file may have read them without its database
    environment = {
        **os.environ,
        **{name.upper(): "" for name in LaunchSettings.model_fields},
        "PYTHONPATH": str(PROJECT),
        "ASSISTANT_DATA_DIR": str(tmp_path),
        "ASSISTANT_SECRET_KEY": SECRET,
        "DATABASE_URL": db,
    }

    async def run(*arguments: str) -> tuple[int, str]:
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "assistant", "operator", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return run


async def operators(db):
    connection = await asyncpg.connect(db)
    found = {row["user_id"] for row in await connection.fetch("select user_id from operators")}
    await connection.close()
    return found


async def test_by_the_sign_in_name_and_back_by_the_id(told, db):
    name = f"Ada {uuid4().hex[:8]}"
    her = (await sign_in_by_name(name)).user_id
    assert await told("add", name) == (
        0, f"{name} is an operator now, and finds the page at {APP}/admin.\n",
    )  # fmt: skip
    assert her in await operators(db)
    assert await told("add", str(her)) == (
        0, f"{her} has been an operator already; the page is at {APP}/admin.\n",
    )  # fmt: skip
    assert await told("remove", str(her)) == (0, f"{her} is an operator no more.\n")
    assert her not in await operators(db)


async def test_somebody_unknown_is_one_sentence(told, db):
    before = await operators(db)
    for who in ("Nobody at all", str(uuid4())):
        assert await told("add", who) == (1, f"{NOBODY}\n")
    assert await operators(db) == before


@pytest.mark.parametrize("arguments", [[], ["add"], ["add", " "], ["crown", "Ada"], ["add"] * 3])
def test_it_says_how_it_is_used(arguments, capsys):
    assert operator.main(arguments) == 2
    assert capsys.readouterr().err == operator.USAGE
