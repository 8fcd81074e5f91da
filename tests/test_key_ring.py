"""The wrapping keys: where they come from, which one wraps, what is said when one is missing."""

import pytest
from structlog.testing import capture_logs

from assistant import key_ring
from assistant.config import Settings, settings
from assistant.errors import AssistantError, CannotStart
from assistant.key_ring import UNNAMED, KeyLost, KeyRing, LocalKey, ring_of
from assistant.sealing import Tampered

OLD, NOW, OTHER = ("old-secret-" * 4, "new-secret-" * 4, "other-secret-" * 4)


def test_a_name_tells_keys_apart_and_holds_nothing_of_the_secret():
    assert LocalKey(OLD).name == LocalKey(OLD).name != LocalKey(NOW).name
    assert LocalKey(OLD).name.startswith("key-")
    assert len(LocalKey(OLD).name) == 16
    assert "secret" not in LocalKey(OLD).name


def test_the_first_key_wraps_and_all_unwrap():
    wrapped = LocalKey(OLD).wrap(b"k", b"cell")
    both = KeyRing.of([LocalKey(NOW), LocalKey(OLD)])
    assert both.current.name == LocalKey(NOW).name
    assert both.unwrap(LocalKey(OLD).name, wrapped, b"cell") == b"k"
    assert both.unwrap(UNNAMED, wrapped, b"cell") == b"k"
    with pytest.raises(Tampered):
        both.unwrap(LocalKey(NOW).name, wrapped, b"cell")
    with pytest.raises(Tampered):
        both.unwrap(LocalKey(OLD).name, wrapped, b"another cell")
    with pytest.raises(KeyLost, match=LocalKey(OTHER).name):
        both.unwrap(LocalKey(OTHER).name, wrapped, b"cell")


def test_a_file_comes_before_the_secret_and_old_keys_come_last(tmp_path):
    file = tmp_path / "kek"
    file.write_text(f"{NOW}\n{OTHER}\n")
    chosen = Settings(assistant_kek_file=file, assistant_old_keys=f"{OLD}, {OLD}2")
    ring = ring_of(chosen, "the-secret-" * 4)
    named = [LocalKey(each).name for each in (NOW, OTHER, "the-secret-" * 4, OLD, f"{OLD}2")]
    assert list(ring.known) == named
    assert ring.current.name == named[0]


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"\xff" * 40])
def test_a_file_that_holds_no_key_is_one_sentence(tmp_path, content):
    file = tmp_path / "kek"
    file.write_bytes(content)
    with pytest.raises(CannotStart, match="ASSISTANT_KEK_FILE") as caught:
        ring_of(Settings(assistant_kek_file=file), NOW)
    assert "restore the" in str(caught.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CannotStart, match=r"ASSISTANT_KEK_FILE.* cannot be read"):
        ring_of(Settings(assistant_kek_file=tmp_path / "none"), NOW)


def test_a_short_old_key_is_one_sentence_without_the_key():
    with pytest.raises(CannotStart, match="ASSISTANT_OLD_KEYS") as caught:
        ring_of(Settings(assistant_old_keys=f"{OLD},tooshort"), NOW)
    assert "tooshort" not in str(caught.value)


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The file of this process's wrapping keys, which holds the old one."""
    file = tmp_path / "kek"
    file.write_text(OLD)
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", OTHER)
    monkeypatch.setenv("ASSISTANT_KEK_FILE", str(file))
    settings.cache_clear()
    key_ring.ring.cache_clear()
    yield file
    monkeypatch.undo()
    settings.cache_clear()
    key_ring.ring.cache_clear()


def test_a_key_that_came_into_the_file_is_found_without_a_restart(file):
    wrapped = LocalKey(NOW).wrap(b"k", b"cell")
    with pytest.raises(KeyLost):
        key_ring.unwrap(LocalKey(NOW).name, wrapped, b"cell")
    file.write_text(f"{NOW}\n{OLD}")
    assert key_ring.unwrap(LocalKey(NOW).name, wrapped, b"cell") == b"k"
    assert key_ring.current().name == LocalKey(NOW).name


@pytest.mark.parametrize(
    "lose",
    [lambda file: file.unlink(), lambda file: file.write_text(""),
     lambda file: file.write_bytes(b"\xff" * 40)],
    ids=["gone", "empty", "no text"],
)  # fmt: skip
def test_while_the_file_cannot_be_read_the_keys_of_before_stay(lose, file):
    wrapped = key_ring.current().wrap(b"k", b"cell")
    lose(file)
    with capture_logs() as logs:
        assert key_ring.current().name == LocalKey(OLD).name
        with pytest.raises(KeyLost):
            key_ring.unwrap(LocalKey(NOW).name, wrapped, b"cell")
        assert key_ring.unwrap(LocalKey(OLD).name, wrapped, b"cell") == b"k"
    assert {entry["event"] for entry in logs} == {"keys_not_read"}
    file.write_text(f"{NOW}\n{OLD}")
    assert key_ring.current().name == LocalKey(NOW).name


def test_a_process_that_never_had_the_keys_says_so_and_no_user_reads_it(file):
    file.unlink()
    with pytest.raises(CannotStart) as caught:
        key_ring.current()
    assert not isinstance(caught.value, AssistantError)
