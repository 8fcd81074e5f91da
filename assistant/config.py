"""Settings, read once from the environment and from `.env`."""

import signal
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import CannotStart

CLOSING = signal.SIGUSR1  # the launcher tells the workers that they are about to end
MESSAGE_CHARACTERS = 100_000  # the most that one message may hold; pages show it
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


Kind = TypeVar("Kind", bound="Settings")


class Settings(BaseSettings):
    """What an operator can set. The names of the environment are the fields in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    port: int = Field(3000, ge=1, le=65535)
    app_url: str = ""
    bind_host: str = "127.0.0.1"
    workers: int = Field(1, ge=1, le=64)

    assistant_data_dir: Path = Path(".data")
    assistant_secret_key: SecretStr = SecretStr("")
    assistant_kek_file: Path | None = None
    assistant_old_keys: SecretStr = SecretStr("")
    database_app_url: SecretStr = SecretStr("")  # the launcher makes these two of DATABASE_URL
    database_worker_url: SecretStr = SecretStr("")
    database_migrator_url: SecretStr = SecretStr("")  # only the command that rotates keys has it
    redis_url: SecretStr = SecretStr("")

    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: str = ""
    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    gemini_api_key: SecretStr = SecretStr("")
    google_gemini_base_url: str = ""

    default_model: str = ""
    connect_seconds: float = Field(5.0, gt=0)
    first_token_seconds: float = Field(30.0, gt=0)
    thinking_seconds: float = Field(120.0, gt=0)
    idle_seconds: float = Field(15.0, gt=0)
    turn_seconds: float = Field(300.0, gt=0)
    turn_steps: int = Field(20, ge=1, le=100)
    turns_at_once: int = Field(5, ge=1)
    history_tokens: int = Field(48_000, ge=1_000)

    stripe_secret_key: SecretStr = SecretStr("")
    default_tier: Literal["free", "pro", "team", "enterprise"] = "pro"  # where nothing is sold

    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    google_discovery_url: str = "https://accounts.google.com/.well-known/openid-configuration"
    microsoft_client_id: str = ""
    microsoft_client_secret: SecretStr = SecretStr("")
    microsoft_discovery_url: str = (
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
    )
    github_client_id: str = ""
    github_client_secret: SecretStr = SecretStr("")
    github_base_url: str = "https://github.com"
    github_api_url: str = "https://api.github.com"

    @property
    def url(self) -> str:
        """Where browsers find the app, without a trailing slash."""
        return (self.app_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def cookies_are_secure(self) -> bool:
        """Whether cookies travel over https only; plain http serves on this machine alone."""
        where = urlsplit(self.url)
        return where.scheme == "https" or where.hostname not in LOOPBACK

    @property
    def on_loopback(self) -> bool:
        """Whether nobody but this machine can reach the server."""
        return self.bind_host in LOOPBACK and urlsplit(self.url).hostname in LOOPBACK

    @property
    def local_sign_in(self) -> bool:
        """Whether the sign-in by name exists: on loopback only, and only without OAuth."""
        oauth = self.google_client_id or self.microsoft_client_id or self.github_client_id
        return self.on_loopback and not oauth


class LaunchSettings(Settings):
    """The settings of the launcher, which alone holds the address of the administrator."""

    database_url: SecretStr = SecretStr("")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises CannotStart with one plain sentence."""
    return read(Settings)


def read(kind: type[Kind]) -> Kind:
    """Read settings of this kind anew. Raises CannotStart with one plain sentence."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise CannotStart(
            f"The setting {name} is not usable ({first['msg'].lower()}). "
            "Correct it in .env or in the environment."
        ) from error
