"""Settings, read once from the environment and from `.env`."""

import signal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import CannotStart
from assistant.setting_forms import (
    DatabaseAddress,
    Interface,
    Key,
    Name,
    OwnAddress,
    RedisAddress,
    Seconds,
    StorageAddress,
    WebAddress,
)

CLOSING = signal.SIGUSR1  # the launcher tells the workers that they are about to end
MESSAGE_CHARACTERS = 100_000  # the most that one message may hold; pages show it
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


Kind = TypeVar("Kind", bound="Settings")


class Settings(BaseSettings):
    """What an operator can set. The names of the environment are the fields in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        env_ignore_empty=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )

    port: int = Field(3000, ge=1, le=65535)
    app_url: OwnAddress = ""
    bind_host: Interface = "127.0.0.1"
    workers: int = Field(1, ge=1, le=64)

    assistant_data_dir: Path = Path(".data")
    assistant_secret_key: SecretStr = SecretStr("")
    assistant_kek_file: Path | None = None
    assistant_old_keys: SecretStr = SecretStr("")
    database_app_url: SecretStr = SecretStr("")  # the launcher makes these two of DATABASE_URL
    database_worker_url: SecretStr = SecretStr("")
    database_migrator_url: SecretStr = SecretStr("")  # only the command that rotates keys has it
    redis_url: RedisAddress = SecretStr("")
    rate_limits: bool = True
    proxy_hops: int = Field(0, ge=0, le=10)  # proxies before us, each of which names who asked it

    storage_url: StorageAddress = ""  # of files; without one they lie in the data folder
    storage_endpoint: WebAddress = ""  # of another vendor than Amazon
    aws_region: Name = "us-east-1"
    aws_access_key_id: Name = ""
    aws_secret_access_key: Key = SecretStr("")

    anthropic_api_key: Key = SecretStr("")
    anthropic_base_url: WebAddress = ""
    openai_api_key: Key = SecretStr("")
    openai_base_url: WebAddress = ""
    gemini_api_key: Key = SecretStr("")
    google_gemini_base_url: WebAddress = ""

    default_model: str = ""
    connect_seconds: Seconds = 5.0
    first_token_seconds: Seconds = 30.0
    thinking_seconds: Seconds = 120.0
    idle_seconds: Seconds = 15.0
    turn_seconds: Seconds = 300.0
    turn_steps: int = Field(25, ge=1, le=100)
    turns_at_once: int = Field(5, ge=1, le=1_000)
    history_tokens: int = Field(48_000, ge=1_000, le=10_000_000)

    brave_api_key: Key = SecretStr("")
    tavily_api_key: Key = SecretStr("")
    searxng_url: WebAddress = ""
    vendor_search: bool = True  # without an engine, the models' vendors search by themselves
    private_hosts: str = ""  # of those inside that tools may reach, with commas between

    stripe_secret_key: Key = SecretStr("")
    stripe_webhook_secret: Key = SecretStr("")
    stripe_api_base: WebAddress = ""
    stripe_tax: bool = False  # Stripe Tax works out what is added to the price
    default_tier: Literal["free", "pro", "team", "enterprise"] = "pro"  # where nothing is sold

    google_client_id: Name = ""
    google_client_secret: Key = SecretStr("")
    google_discovery_url: WebAddress = (
        "https://accounts.google.com/.well-known/openid-configuration"
    )
    google_calendar_url: WebAddress = "https://www.googleapis.com/calendar/v3"
    google_mail_url: WebAddress = "https://gmail.googleapis.com"
    microsoft_client_id: Name = ""
    microsoft_client_secret: Key = SecretStr("")
    microsoft_discovery_url: WebAddress = (
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
    )
    github_client_id: Name = ""
    github_client_secret: Key = SecretStr("")
    github_base_url: WebAddress = "https://github.com"
    github_api_url: WebAddress = "https://api.github.com"

    @model_validator(mode="before")
    @classmethod
    def _blank_is_not_set(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in given.items() if not isinstance(v, str) or v == "" or v.strip()}

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

    database_url: DatabaseAddress = SecretStr("")


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
        reason = first["msg"][:1].lower() + first["msg"][1:]
        raise CannotStart(
            f"The setting {name} is not usable ({reason}); "
            "correct it in .env or in the environment."
        ) from error
