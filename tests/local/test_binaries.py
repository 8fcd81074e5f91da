"""PostgreSQL's programs, in a place that their account can read."""

import os
import pwd
import shutil
import subprocess

import pytest

from assistant.local import binaries as module
from assistant.local.account import Account
from assistant.local.binaries import binaries


def test_they_are_used_where_they_are_installed(tmp_path):
    assert "pginstall18" in str(binaries(tmp_path, Account()))
    assert not any(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the account")
def test_a_closed_environment_is_copied_once_to_an_open_place(base, tmp_path, monkeypatch):
    installed = module._package()
    for folder in (installed, installed.with_name(installed.name + ".libs")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.setattr(module, "_package", lambda: tmp_path / installed.name)
    base.mkdir()
    entry = pwd.getpwnam("nobody")
    nobody = Account(entry.pw_uid, entry.pw_gid)
    copy = binaries(base, nobody)
    assert copy.is_relative_to(base)
    says = subprocess.check_output(  # noqa: S603 - our own programs
        [copy / "postgres", "--version"], cwd="/", text=True, **nobody.options
    )
    assert "PostgreSQL) 18" in says
    assert binaries(base, nobody) == copy
