"""What must hold before anything is started; each fault is one sentence that says what to do."""

import errno
import socket
import tempfile
from pathlib import Path

from dotenv.parser import parse_stream

from assistant.agent.catalog import MODELS
from assistant.config import Settings
from assistant.errors import CannotStart

REDIS_SECONDS = 5
STOP_IT = "stop the program that has it, or choose another port: PORT={} make run"
NOT_OURS = "set BIND_HOST to an address of this machine like 127.0.0.1, or to 0.0.0.0 for all"
REMEDIES = {
    errno.EACCES: "choose one above 1023: PORT=3000 make run",
    errno.EADDRNOTAVAIL: NOT_OURS,
    errno.EAFNOSUPPORT: NOT_OURS,
    errno.EINVAL: NOT_OURS,
}


def check_env_file(path: Path) -> None:
    """The file of settings is text in which each line sets one. A missing file is fine."""
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except FileNotFoundError:
        return
    except OSError as error:
        raise CannotStart(
            f"{path} cannot be read ({error.strerror}); make it a readable file, or remove it."
        ) from error
    except UnicodeDecodeError as error:
        raise CannotStart(f"{path} is not UTF-8 text; save it as UTF-8.") from error
    for binding in bindings:
        if binding.error or (binding.key and binding.value is None):
            skipped = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string[:skipped].count("\n")
            raise CannotStart(f"Line {line} of {path} is not NAME=value; correct or remove it.")


def check_workers(chosen: Settings) -> None:
    """Several workers share what they know through Redis."""
    if chosen.workers > 1 and not chosen.redis_url:
        raise CannotStart(
            f"WORKERS={chosen.workers} needs a Redis that the workers share; "
            "set REDIS_URL, or use one worker."
        )


def check_redis(chosen: Settings) -> None:
    """The Redis that is named answers."""
    url = chosen.redis_url.get_secret_value()
    if not url:
        return
    # Imported here, because most starts have none and the launcher does without these 5 MB.
    from redis import Redis, RedisError

    try:
        with Redis.from_url(url, socket_connect_timeout=REDIS_SECONDS) as client:
            client.ping()
    except (RedisError, OSError, ValueError, TypeError) as error:  # the last two: by its options
        raise CannotStart(
            f"The Redis of REDIS_URL cannot be used ({type(error).__name__}); "
            "start it, or correct REDIS_URL, or unset it to do without."
        ) from error


def check_model(chosen: Settings) -> None:
    """The model that answers who has not chosen is one that we know."""
    if chosen.default_model and chosen.default_model not in MODELS:
        raise CannotStart(
            f"DEFAULT_MODEL={chosen.default_model[:80]} is not a model that this version knows; "
            f"choose one of {', '.join(MODELS)}, or unset it."
        )


def check_sign_in(chosen: Settings) -> None:
    """A provider that people sign in with is set up whole."""
    for name in ("GOOGLE", "MICROSOFT", "GITHUB"):
        has_id = bool(getattr(chosen, f"{name}_CLIENT_ID".lower()))
        has_secret = bool(getattr(chosen, f"{name}_CLIENT_SECRET".lower()))
        if has_id and not has_secret:
            raise CannotStart(
                f"{name}_CLIENT_ID is set and {name}_CLIENT_SECRET is not; "
                "set both to sign in this way, or neither."
            )
        if has_id and chosen.cookies_are_secure and not chosen.url.startswith("https://"):
            raise CannotStart(
                f"Signing in needs https beyond this machine; set APP_URL to an address that "
                f"begins with https:// (it is {chosen.url})."
            )


def check_port(host: str, port: int) -> None:
    """The port is free. Without this a second server would silently share it."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, STOP_IT).format(_other(port))
        raise CannotStart(
            f"Port {port} on {host} cannot be used ({error.strerror}); {remedy}"
        ) from error


def _other(port: int) -> int:
    return port + 1 if port < 65535 else 3000


def check_data_folder(path: Path) -> None:
    """The folder exists, or can be made, and files can be made in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise CannotStart(
            f"The data folder {path} cannot be written ({error.strerror}); make it writable, "
            "or set ASSISTANT_DATA_DIR to another folder."
        ) from error
