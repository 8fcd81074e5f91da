"""The forms of what an operator may set: addresses, keys, lengths of time."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

USUAL_PORTS = {"http": ":80", "https": ":443"}
DATABASES = ("postgresql", "postgres", "postgresql+asyncpg")
DATABASE_OPTIONS = {"ssl", "sslmode", "host", "port"}
HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?|[0-9a-f]*:[0-9a-f:.]+", re.ASCII
)
MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}")
KEY = re.compile(r"[!-~]+")


def _parts(text: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """The parts of an address with one of these schemes, None where it is none."""
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in schemes and HOST.fullmatch(parts.hostname or "")
        return parts if is_whole and parts.port != 0 and KEY.fullmatch(text) else None
    except ValueError:  # by brackets that do not close, and by ports
        return None


def _web_address(text: str) -> str:
    if text and _parts(text, ("http", "https")) is None:
        raise PydanticCustomError("address", "it must be an address like https://host.example")
    return text


def _own_address(text: str) -> str:
    """As browsers tell it of a page: in small letters, and without the usual port."""
    if not text:
        return ""
    parts = _parts(text, ("http", "https"))
    if parts is None or "@" in parts.netloc or any((parts.path.strip("/"), *parts[3:])):
        raise PydanticCustomError(
            "address", "it must be an address like https://ask.example, without a path"
        )
    host = parts.netloc.lower().removesuffix(USUAL_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}"


def _interface(text: str) -> str:
    host = "127.0.0.1" if text.lower() == "localhost" else text
    try:
        ip_address(host if "%" not in host else "")
    except ValueError as error:
        raise PydanticCustomError(
            "interface",
            "it must be an address of this machine like 127.0.0.1, or 0.0.0.0 for all that it has",
        ) from error
    return host


def _redis_address(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if text and not text.startswith("unix:///") and _parts(text, ("redis", "rediss")) is None:
        raise PydanticCustomError("address", "it must be an address like redis://host:6379")
    return secret


def _storage_address(text: str) -> str:
    if text and _parts(text, ("s3",)) is None:
        raise PydanticCustomError("address", "it must be an address like s3://bucket/folder")
    return text


def _database_address(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    parts = _parts(text, DATABASES)
    if text and (parts is None or not set(parse_qs(parts.query)) <= DATABASE_OPTIONS):
        raise PydanticCustomError(
            "address",
            "it must be an address like postgresql://user:password@host:5432/name, "
            "with no option but sslmode",
        )
    return secret


def _mail_address(text: str) -> str:
    if text and not MAIL.fullmatch(text):
        raise PydanticCustomError("mail", "it must be an address of mail like us@host.example")
    return text


def _key(text: str) -> str:
    """A key or a name that a vendor has given: it travels in headers."""
    if text and not KEY.fullmatch(text):
        raise PydanticCustomError("key", "it has a blank or a letter in it that no such key has")
    return text


def _secret_key(secret: SecretStr) -> SecretStr:
    return SecretStr(_key(secret.get_secret_value().strip()))


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
StorageAddress = Annotated[str, AfterValidator(_storage_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Name = Annotated[str, AfterValidator(_key)]
Key = Annotated[SecretStr, AfterValidator(_secret_key)]
OwnAddress = Annotated[str, AfterValidator(_own_address)]
Interface = Annotated[str, AfterValidator(_interface)]
RedisAddress = Annotated[SecretStr, AfterValidator(_redis_address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
