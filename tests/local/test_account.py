"""The account that PostgreSQL runs as."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from assistant.local.account import Account, account_for

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the account")


@pytest.fixture
def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def test_an_ordinary_launchers_children_stay_what_they_are(base: Path) -> None:
    own = Account()
    base.mkdir()
    assert own.options == {}
    own.own(base)
    assert base.stat().st_uid == os.geteuid()
    assert own.can_read(base / "what is not there")


@needs_root
def test_a_child_runs_as_the_account_and_in_none_of_our_groups(nobody: Account) -> None:
    told = subprocess.check_output(["/usr/bin/id"], text=True, **nobody.options)
    ids = dict(word.split("=") for word in told.split())
    assert ids["uid"].startswith(f"{nobody.user}(")
    assert ids["groups"].startswith(f"{nobody.group}(")
    assert "," not in ids["groups"]


@needs_root
def test_a_file_is_given_to_the_account(base: Path, nobody: Account) -> None:
    base.mkdir()
    nobody.own(base)
    assert (base.stat().st_uid, base.stat().st_gid) == (nobody.user, nobody.group)


@needs_root
@pytest.mark.parametrize(
    ("above", "itself", "readable"),
    [(0o755, 0o755, True), (0o711, 0o755, True), (0o700, 0o755, False), (0o755, 0o711, False),
     (0o755, 0o750, False)],
)  # fmt: skip
def test_what_the_account_can_read_is_told_by_the_whole_way(
    base: Path,
    nobody: Account,
    above: int,
    itself: int,
    readable: bool,  # noqa: FBT001
) -> None:
    inside = base / "inside"
    inside.mkdir(parents=True)
    inside.chmod(itself)
    base.chmod(above)
    assert nobody.can_read(inside) is readable
    looked = subprocess.run(["/bin/ls", inside], capture_output=True, check=False, **nobody.options)  # noqa: S603
    assert (looked.returncode == 0) is readable


@needs_root
def test_root_lets_nobody_make_a_new_cluster_and_its_owner_run_an_old_one(
    base: Path, nobody: Account
) -> None:
    assert account_for(base / "data") == nobody
    (base / "data").mkdir(parents=True)
    owner = pwd.getpwnam("daemon")
    os.chown(base / "data", owner.pw_uid, owner.pw_gid)
    assert account_for(base / "data") == Account(owner.pw_uid, owner.pw_gid)
    os.chown(base / "data", 0, 0)
    assert account_for(base / "data") == nobody
