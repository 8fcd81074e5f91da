"""The page's own JavaScript, by the test runner of the Node that builds the pages."""

import subprocess
from pathlib import Path

import pytest

from assistant.local.node import node_folder

SUITES = sorted(Path(__file__).parent.glob("*.test.js"))
OPTIONS = ("--test", "--test-timeout=60000", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name.removesuffix(".test.js"))
def test_the_script_does_what_its_tests_say(suite: Path) -> None:
    run = subprocess.run(  # noqa: S603 - our own tests, no shell
        [node_folder() / "node", *OPTIONS, suite], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
