"""The embedded PostgreSQL: real programs, real kills."""

import os
import pwd
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from assistant.errors import CannotStart
from assistant.local.account import Account
from assistant.local.binaries import binaries
from assistant.local.cluster import Cluster
from assistant.local.postgres import WATCH_SECONDS, running

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the account")


def ask(url: str, sql: str) -> str:
    psql = binaries(Path(), Account()) / "psql"
    answer = subprocess.run(  # noqa: S603 - our own programs
        [psql, url, "-Atqc", sql], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def ask_until_answered(url: str, sql: str) -> str:
    """The answer of a server that is coming back; a bounded wait."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(AssertionError):
            return ask(url, sql)
        time.sleep(0.05)
    return ask(url, sql)


def user_of(base: Path, *account: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, "-m", "tests.local.use_postgres", str(base), *account],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def postmaster_of(base: Path) -> psutil.Process:
    return psutil.Process(int((base / "data/postmaster.pid").read_text().split()[0]))


def test_it_is_version_18_in_utf_8_and_asks_for_a_password(base):
    with running(base) as url:
        assert ask(url, "show server_version_num").startswith("18")
        assert ask(url, "show server_encoding") == "UTF8"
        assert ask(url, "select datlocale from pg_database limit 1") == "C.UTF-8"
        assert ask(url, "show max_connections") == "200"
        with pytest.raises(AssertionError, match="password authentication failed"):
            ask(url.replace("postgres:", "postgres:wrong"), "select 1")


def test_a_restart_keeps_what_was_committed(made):
    with running(made) as url:
        ask(url, "create table t as select 42 as n")
        server = postmaster_of(made)
    assert not server.is_running()
    with running(made) as url:
        assert ask(url, "select n from t") == "42"


def test_a_killed_server_starts_again_with_its_data(made):
    with running(made) as url:
        ask(url, "create table t as select 42 as n")
        postmaster_of(made).kill()
    with running(made) as url:
        assert ask(url, "select n from t") == "42"


def test_a_server_that_is_killed_while_it_is_used_comes_back_where_it_was(made):
    with running(made) as url:
        ask(url, "create table t as select 42 as n")
        killed = postmaster_of(made)
        killed.kill()
        assert ask_until_answered(url, "select n from t") == "42"
        server = postmaster_of(made)
        assert server.pid != killed.pid
    assert not server.is_running()


def test_a_server_that_cannot_come_back_yet_comes_back_later(made):
    with running(made) as url:
        log = Cluster.at(made).log
        log.unlink()
        log.mkdir()  # no launch can write to it, as on a full disk
        postmaster_of(made).kill()
        time.sleep(2 * WATCH_SECONDS)
        log.rmdir()
        assert ask_until_answered(url, "select 1") == "1"


def test_who_has_joined_a_server_brings_it_back_when_its_starter_is_gone(made):
    first = user_of(made)
    url = first.stdout.readline().strip()
    with running(made) as joined:
        first.kill()
        first.communicate()
        postmaster_of(made).kill()
        assert ask_until_answered(joined, "select 1") == "1"
    assert joined == url


def test_a_killed_user_leaves_a_server_that_the_next_one_joins_and_stops(made):
    first = user_of(made)
    url = first.stdout.readline().strip()
    first.kill()
    first.communicate()
    server = postmaster_of(made)
    with running(made) as joined:
        assert joined == url
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


def test_two_starts_at_once_share_one_server_and_the_last_one_stops_it(base):
    users = [user_of(base) for _ in range(2)]
    urls = {user.stdout.readline().strip() for user in users}
    assert len(urls) == 1
    users[0].communicate()
    assert ask(urls.pop(), "select 1") == "1"
    users[1].communicate()
    assert not (base / "data/postmaster.pid").exists()


@pytest.mark.parametrize("also_initdb", [True, False])
def test_a_start_that_was_killed_half_way_is_mended_by_the_next(base, also_initdb):
    tries = (base / str(n) for n in range(10))
    folder = next(tried for tried in tries if killed_half_way(tried, also_initdb))
    with running(folder) as url:
        assert ask(url, "select 1") == "1"


def killed_half_way(folder, also_initdb):
    """Whether the kill came before initdb was done: it may be faster than we look."""
    first = user_of(folder)
    while not list(folder.glob("unfinished-*/PG_VERSION")) and not (folder / "data").exists():
        time.sleep(0.001)
    children = psutil.Process(first.pid).children(recursive=True) if also_initdb else []
    first.kill()
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    first.communicate()
    return not (folder / "data").exists()


@pytest.mark.parametrize("pid", [os.getpid(), 1, 999_999_999], ids=["ourselves", "init", "nobody"])
def test_a_pid_file_that_names_a_stranger_is_not_believed(made, pid):
    with running(made):
        left_behind = (made / "data/postmaster.pid").read_text()
        own = left_behind.split()[0]
    (made / "data/postmaster.pid").write_text(left_behind.replace(own, str(pid), 1))
    with running(made) as url:
        assert ask(url, "select 1") == "1"


def test_a_long_path_is_no_hindrance(base):
    with running(base / ("long" * 30)) as url:
        assert ask(url, "select 1") == "1"


def test_the_server_does_not_inherit_our_secrets(made, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "only-for-us")
    with running(made):
        assert "ANTHROPIC_API_KEY" not in postmaster_of(made).environ()


@needs_root
def test_root_runs_it_as_nobody(base):
    with running(base):
        assert postmaster_of(base).username() == "nobody"
        assert (base / "data").owner() == "nobody"
        assert (base / "password").stat().st_mode & 0o077 == 0


@needs_root
def test_an_ordinary_user_runs_it_as_himself(base):
    nobody = pwd.getpwnam("nobody")
    if not Account(nobody.pw_uid, nobody.pw_gid).can_read(binaries(base, Account()) / "postgres"):
        pytest.skip("the environment lies in a folder that only its owner can enter")
    os.chown(base.parent, nobody.pw_uid, nobody.pw_gid)
    user = user_of(base, "nobody")
    assert ask(user.stdout.readline().strip(), "select 1") == "1"
    assert base.owner() == "nobody"
    user.communicate()


def test_a_cluster_of_another_version_is_left_alone(made):
    (made / "data/PG_VERSION").write_text("16\n")
    with pytest.raises(CannotStart, match="made by PostgreSQL 16"), running(made):
        pass


def test_a_lost_password_is_one_sentence(made):
    (made / "password").unlink()
    with pytest.raises(CannotStart, match="password is missing"), running(made):
        pass


def test_a_server_that_cannot_start_is_one_sentence_with_its_last_words(made, monkeypatch):
    monkeypatch.setattr("assistant.local.postgres.START_SECONDS", 0.5)
    shutil.rmtree(Cluster.at(made).data / "global")
    last_words = r"did not start: .+ \(more in .*server.log\)"
    with pytest.raises(CannotStart, match=last_words), running(made):
        pass
