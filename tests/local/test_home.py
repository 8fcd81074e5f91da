"""Where the cluster lives when root's own folders are closed to its account."""

import os
import pwd
from pathlib import Path

import pytest

from assistant.errors import CannotStart
from assistant.local.account import Account
from assistant.local.home import home_of

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has two accounts")


@pytest.fixture
def nobody():
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def closed(folder: Path) -> Path:
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    return folder


def test_an_open_folder_is_its_own_home(base, nobody):
    assert home_of(base, nobody) == base


def test_an_ordinary_account_needs_nothing_else(tmp_path):
    assert home_of(tmp_path / "postgres", Account()) == tmp_path / "postgres"


def test_a_closed_folder_links_to_an_open_one_and_keeps_to_it(base, nobody):
    inside, elsewhere = closed(base / "root") / "postgres", base.parent / "lib"
    home = home_of(inside, nobody, elsewhere)
    assert home.parent == elsewhere
    assert nobody.can_read(home)
    assert inside.is_symlink()
    assert home_of(inside, nobody, elsewhere) == home


def test_a_link_to_what_is_gone_is_one_sentence(base, nobody):
    base.symlink_to(base.parent / "gone")
    with pytest.raises(CannotStart, match="gone, is gone; bring it back"):
        home_of(base, nobody)


def test_a_cluster_whose_folder_was_closed_since_is_one_sentence(base, nobody):
    inside = closed(base / "root") / "postgres"
    (inside / "data").mkdir(parents=True)
    with pytest.raises(CannotStart, match="cannot be entered"):
        home_of(inside, nobody, base.parent / "lib")
