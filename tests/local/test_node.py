"""Which Node builds the pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.local.node import OLDEST, node_folder

ENVIRONMENT = Path(sys.executable).parent


@pytest.fixture
def machine(tmp_path):
    """Makes a folder with programs that answer `--version`, as a machine may have them."""

    def with_programs(**versions: str) -> str:
        for name, version in versions.items():
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\necho {version}\n")
            program.chmod(0o755)
        return str(tmp_path)

    return with_programs


@pytest.mark.parametrize("version", ["v22.22.0", "v22.100.1", "v24.0.0", "v100.0.0"])
def test_a_new_enough_node_of_the_machine_is_used(machine, version):
    path = machine(node=version, npm="10.0.0")
    assert node_folder(path) == Path(path)


@pytest.mark.parametrize("version", ["v22.21.9", "v9.99.99", "v20.20.2", "nonsense"])
def test_an_older_one_is_left_alone(machine, version):
    assert node_folder(machine(node=version, npm="10.0.0")) == ENVIRONMENT


def test_a_node_without_npm_is_not_enough(machine):
    assert node_folder(machine(node="v24.0.0")) == ENVIRONMENT


def test_a_machine_without_node_gets_the_one_of_the_environment(tmp_path):
    assert node_folder(str(tmp_path)) == ENVIRONMENT
    version = subprocess.check_output(  # noqa: S603 - our own program
        [ENVIRONMENT / "node", "--version"], text=True
    )
    assert tuple(map(int, version.strip().lstrip("v").split("."))) >= OLDEST
