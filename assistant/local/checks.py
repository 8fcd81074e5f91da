"""What must hold before anything is started; each fault is one sentence that says what to do."""

import socket
import tempfile
from pathlib import Path

from dotenv.parser import parse_stream

from assistant.agent.catalog import MODELS
from assistant.config import Settings
from assistant.errors import CannotStart


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


def check_model(chosen: Settings) -> None:
    """The model that answers who has not chosen is one that we know."""
    if chosen.default_model and chosen.default_model not in MODELS:
        raise CannotStart(
            f"DEFAULT_MODEL={chosen.default_model} is not a model that this version knows; "
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
        raise CannotStart(
            f"Port {port} on {host} cannot be used ({error.strerror}); stop the program that has "
            f"it, or choose another port: PORT={_other(port)} make run"
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
