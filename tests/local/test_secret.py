"""The installation's secret."""

import pytest

from assistant.errors import CannotStart
from assistant.local.secret import secret_key


def test_it_is_made_once_and_closed_to_others(tmp_path):
    key = secret_key("", tmp_path)
    assert len(bytes.fromhex(key)) == 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert secret_key("", tmp_path) == key


def test_the_operators_own_is_used_and_not_written_down(tmp_path):
    assert secret_key("k" * 32, tmp_path) == "k" * 32
    assert not (tmp_path / "secret.key").exists()


@pytest.mark.parametrize("short", ["k", "k" * 31, "ü" * 15])
def test_a_short_one_is_refused(tmp_path, short):
    with pytest.raises(CannotStart, match="ASSISTANT_SECRET_KEY is shorter than 32 bytes"):
        secret_key(short, tmp_path)


def test_a_damaged_file_is_named_and_kept(tmp_path):
    (tmp_path / "secret.key").write_text("cut")
    with pytest.raises(CannotStart, match=r"secret\.key is shorter"):
        secret_key("", tmp_path)
    assert (tmp_path / "secret.key").read_text() == "cut"


def test_a_cut_while_it_was_made_leaves_no_half_secret(tmp_path):
    (tmp_path / "secret.unfinished").write_text("ha")
    assert len(secret_key("", tmp_path)) == 64


def test_a_lost_one_is_not_replaced_beside_a_database(tmp_path):
    (tmp_path / "postgres").mkdir()
    with pytest.raises(CannotStart, match="Nothing was changed; restore the file"):
        secret_key("", tmp_path)
    assert not (tmp_path / "secret.key").exists()
    assert secret_key("k" * 32, tmp_path) == "k" * 32
