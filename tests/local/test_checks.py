"""Each fault that is found before the start is one sentence that says what to do."""

import os
import socket

import pytest

from assistant.agent.catalog import MODELS
from assistant.config import Settings
from assistant.errors import CannotStart
from assistant.local.checks import (
    check_data_folder,
    check_env_file,
    check_model,
    check_port,
    check_redis,
    check_sign_in,
    check_workers,
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# a comment\n\nPORT=3001\n",
        b"export PORT=3001\r\nNAME='two\nlines'\n",
        "NAME=grün\n".encode(),
        b"EMPTY=\n",
    ],
)
def test_a_good_env_file_passes(tmp_path, content):
    (tmp_path / ".env").write_bytes(content)
    check_env_file(tmp_path / ".env")


def test_no_env_file_is_fine(tmp_path):
    check_env_file(tmp_path / ".env")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\n# fine\nPORT 3001\n", "Line 3 of .* is not NAME=value"),
        (b"PORT\n", "Line 1 of .* is not NAME=value"),
        (b"A=1\nB='open\n", "Line 2 of .* is not NAME=value"),
        (b"NAME=gr\xfcn\n", "is not UTF-8"),
    ],
)
def test_a_broken_env_file_is_named_with_its_line(tmp_path, content, sentence):
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(CannotStart, match=sentence):
        check_env_file(tmp_path / ".env")


def test_an_env_file_that_is_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(CannotStart, match="cannot be read"):
        check_env_file(tmp_path)


def test_a_taken_port_is_named_with_another_to_try():
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} .*PORT={port + 1} make run"):
            check_port("127.0.0.1", port)


def test_a_free_port_passes():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "fe80::1"])
def test_a_host_that_is_not_this_machine_is_named_and_not_the_port(host):
    with pytest.raises(CannotStart, match=f"on {host} cannot be used .*; set BIND_HOST to"):
        check_port(host, 3000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may take every port")
def test_a_port_that_only_root_may_have_is_told_so():
    with pytest.raises(CannotStart, match="choose one above 1023: PORT=3000 make run"):
        check_port("127.0.0.1", 80)


def test_a_new_data_folder_is_made(tmp_path):
    check_data_folder(tmp_path / "a/b")
    assert (tmp_path / "a/b").is_dir()


def test_a_data_folder_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="cannot be written"):
        check_data_folder(tmp_path / "file/data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_folder_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(CannotStart, match="cannot be written"):
        check_data_folder(tmp_path)


def test_several_workers_need_redis():
    check_workers(Settings(workers=1))
    check_workers(Settings(workers=2, redis_url="redis://127.0.0.1:6379"))
    with pytest.raises(CannotStart, match="WORKERS=2 needs a Redis"):
        check_workers(Settings(workers=2))


def test_a_redis_that_answers_passes(valkey_server):
    check_redis(Settings())
    check_redis(Settings(redis_url=valkey_server.connection_url))


@pytest.mark.parametrize(
    "url",
    [
        "redis://u:hunter2@127.0.0.1:1",
        "redis://u:hunter2@no-such-host.invalid:6379",
        "redis://:hunter2@127.0.0.1:1/?no_such_option=1",
        "redis://:hunter2@127.0.0.1:1/?socket_timeout=soon",
        "unix:///no/such/hunter2.sock",
    ],
)
def test_a_redis_that_does_not_answer_is_one_sentence_without_its_password(url):
    with pytest.raises(CannotStart, match="The Redis of REDIS_URL cannot be used") as caught:
        check_redis(Settings(redis_url=url))
    assert "hunter2" not in str(caught.value)


def test_a_model_that_is_not_known_is_named_with_those_that_are():
    check_model(Settings(default_model=""))
    for model in MODELS:
        check_model(Settings(default_model=model))
    with pytest.raises(CannotStart) as caught:
        check_model(Settings(default_model="gpt-0"))
    said = str(caught.value)
    assert said.startswith("DEFAULT_MODEL=gpt-0 is not a model that this version knows; choose one")
    assert all(model in said for model in MODELS)
    assert said.endswith("or unset it.")


@pytest.mark.parametrize("provider", ["google", "microsoft", "github"])
def test_a_provider_is_set_up_whole(provider):
    check_sign_in(Settings())
    client = {f"{provider}_client_id": "x"}
    secret = {f"{provider}_client_secret": "y"}
    check_sign_in(Settings(**client, **secret))
    check_sign_in(Settings(**secret))
    with pytest.raises(CannotStart) as caught:
        check_sign_in(Settings(**client))
    name = provider.upper()
    assert str(caught.value) == (
        f"{name}_CLIENT_ID is set and {name}_CLIENT_SECRET is not; "
        "set both to sign in this way, or neither."
    )


def test_signing_in_by_a_provider_needs_https_beyond_this_machine():
    chosen = {"github_client_id": "x", "github_client_secret": "y"}
    check_sign_in(Settings(**chosen, app_url="https://a.example"))
    check_sign_in(Settings(app_url="http://a.example"))
    with pytest.raises(CannotStart, match="begins with https://"):
        check_sign_in(Settings(**chosen, app_url="http://a.example"))
