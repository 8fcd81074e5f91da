"""`python -m assistant.arrange`: somebody has a plan by arrangement, and what it refuses."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from assistant import arrange
from assistant.config import LaunchSettings
from assistant.local.installation import NOBODY
from assistant.services.accounts import sign_in_by_name
from assistant.services.tiers import tier_of
from tests.conftest import SECRET
from tests.services.paying import sells, stripe

__all__ = ["sells", "stripe"]
PROJECT = Path(__file__).resolve().parent.parent
MAIL = "bills@example.com"


@pytest.fixture
async def told(unspoiled, db, tmp_path, sells):
    """Run the command on the database and the Stripe of the tests: told("Ada", MAIL, "50")."""
    environment = {
        **os.environ,
        **{name.upper(): "" for name in LaunchSettings.model_fields},
        **sells.settings(),
        "PYTHONPATH": str(PROJECT),
        "ASSISTANT_DATA_DIR": str(tmp_path),
        "ASSISTANT_SECRET_KEY": SECRET,
        "DATABASE_URL": db,
    }

    async def run(*arguments: str) -> tuple[int, str]:
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "assistant.arrange", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return run


async def test_somebody_has_the_plan_and_the_seats(told, sells):
    name = f"Ada {uuid4().hex[:8]}"
    her = await sign_in_by_name(name)
    said = f"{name} has the Enterprise plan with 12 seats. Stripe sends the invoices.\n"
    assert await told(name, MAIL, "49.90", "12") == (0, said)
    assert (await tier_of(her.user_id)).id == "enterprise"
    (subscription,) = sells.all("subscription")
    assert subscription["items"]["data"][0]["quantity"] == 12


async def test_somebody_unknown_and_terms_without_sense_are_one_sentence(told, sells):
    assert await told("Nobody at all", MAIL, "50") == (1, f"{NOBODY}\n")
    name = f"Ada {uuid4().hex[:8]}"
    await sign_in_by_name(name)
    code, said = await told(name, "nowhere", "50")
    assert code == 1
    assert said.startswith("An arrangement takes a price")
    assert sells.all("subscription") == []


@pytest.mark.parametrize("arguments", [[], ["Ada"], ["Ada", MAIL], ["Ada", MAIL, "much"]])
def test_it_says_how_it_is_used(arguments, capsys):
    assert arrange.main(arguments) == 2
    assert capsys.readouterr().err == arrange.USAGE
