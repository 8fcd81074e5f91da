"""The files of an embedded PostgreSQL, and its programs."""

import stat
from pathlib import Path

import pytest

from assistant.errors import CannotStart
from assistant.local.cluster import Cluster


@pytest.fixture
def cluster(base: Path) -> Cluster:
    return Cluster.at(base)


def test_the_password_is_made_once_and_for_its_owner_alone(cluster: Cluster) -> None:
    password = cluster.password()
    assert len(password) == 48
    assert cluster.password() == password == Cluster.at(cluster.home).password()
    kept = (cluster.home / "password").stat()
    assert stat.S_IMODE(kept.st_mode) == 0o600
    assert cluster.account.user in (None, kept.st_uid)


def test_a_password_whose_writing_was_cut_off_is_made_anew(cluster: Cluster) -> None:
    (cluster.home / "password.unfinished").write_text("half")
    assert len(cluster.password()) == 48
    assert not (cluster.home / "password.unfinished").exists()


def test_a_lost_password_is_not_made_anew_beside_data(cluster: Cluster) -> None:
    cluster.data.mkdir()
    with pytest.raises(CannotStart, match=r"password is missing.* move the folder away"):
        cluster.password()
    assert not (cluster.home / "password").exists()


def test_data_that_cannot_be_made_leave_nothing_in_their_place(cluster: Cluster) -> None:
    with pytest.raises(CannotStart, match=r"The database could not be made: .*password"):
        cluster.make()  # initdb finds no password
    assert not cluster.data.exists()


def test_what_an_earlier_try_left_behind_goes_with_the_next(cluster: Cluster) -> None:
    old = cluster.home / "unfinished-0000"
    (old / "base").mkdir(parents=True)
    cluster.password()
    cluster.make()
    assert not list(cluster.home.glob("unfinished-*"))
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert cluster.account.user in (None, cluster.data.stat().st_uid)
    cluster.check_version()
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 17, .* brings 18"):
        cluster.check_version()


def test_a_failure_tells_the_last_line_of_the_log_and_where_it_is(cluster: Cluster) -> None:
    cluster.log.write_bytes(b"first\nFATAL:  no room \xff\n\n")
    said = str(cluster.failure("It failed"))
    assert said == f"It failed: FATAL:  no room \ufffd (more in {cluster.log})"
    cluster.log.write_text("")
    assert str(cluster.failure("It failed")) == f"It failed:  (more in {cluster.log})"


def test_what_the_programs_say_is_gathered_in_the_log(cluster: Cluster) -> None:
    for folder in ("one", "two"):
        with cluster.run("pg_ctl", "status", "-D", f"/no/such/{folder}") as program:
            assert program.wait() != 0
    said = cluster.log.read_text()
    assert said.index("/no/such/one") < said.index("/no/such/two")
