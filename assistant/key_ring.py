"""The keys that wrap the users' data keys, and where they come from.

The first key of ASSISTANT_KEK_FILE wraps, else ASSISTANT_SECRET_KEY does. The others that are known
only unwrap, so that the wrapping key can be changed (`assistant/services/rotation.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.config import Settings, settings
from assistant.errors import CannotStart
from assistant.sealing import Tampered, derive, seal, unseal

UNNAMED = "env-1"  # what the first version noted, whichever key it had
SHORTEST = 32  # bytes
_HEAD = b"\x01"


class KeyEncryption(Protocol):
    """A key that wraps keys. It is asked inside transactions, so it must not wait for a network:
    what speaks to a KMS lets the KMS open a key of this kind once, at the start.

    name: a fingerprint that is stored with what was wrapped, and tells nothing of the key.
    """

    @property
    def name(self) -> str: ...

    def wrap(self, plain: bytes, cell: bytes) -> bytes:
        """Encrypt for one cell."""

    def unwrap(self, wrapped: bytes, cell: bytes) -> bytes:
        """Decrypt. Raises Tampered."""


class LocalKey:
    """A wrapping key that is derived from a secret in this process."""

    def __init__(self, secret: str) -> None:
        self.name = f"key-{derive(secret.encode(), 'key fingerprint').hex()[:12]}"
        self._cipher = AESGCM(derive(secret.encode(), "key-encryption key"))

    def wrap(self, plain: bytes, cell: bytes) -> bytes:
        """Encrypt for one cell."""
        return seal(self._cipher, _HEAD, cell, plain)

    def unwrap(self, wrapped: bytes, cell: bytes) -> bytes:
        """Decrypt. Raises Tampered."""
        return unseal(self._cipher, len(_HEAD), cell, wrapped)


class KeyLost(Exception):
    """A data key was wrapped by a key that this process does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The key {name} is missing.")


@dataclass(slots=True)
class KeyRing:
    """All wrapping keys that are known. current: the one that wraps."""

    current: KeyEncryption
    known: dict[str, KeyEncryption]

    @classmethod
    def of(cls, keys: Iterable[KeyEncryption]) -> Self:
        """A ring of these keys, of which the first wraps."""
        current, *others = keys
        return cls(current, {key.name: key for key in (current, *others)})

    def unwrap(self, name: str, wrapped: bytes, cell: bytes) -> bytes:
        """Decrypt what the key of this name has wrapped. Raises KeyLost or Tampered."""
        if name == UNNAMED:
            return self._by_any(wrapped, cell)
        if name not in self.known:
            raise KeyLost(name)
        return self.known[name].unwrap(wrapped, cell)

    def take(self, other: "KeyRing") -> None:
        """Have the keys that the other one has, and no others."""
        self.current, self.known = other.current, other.known

    def _by_any(self, wrapped: bytes, cell: bytes) -> bytes:
        for key in self.known.values():
            try:
                return key.unwrap(wrapped, cell)
            except Tampered:
                continue
        raise Tampered("No key that is known opens it.")


def ring_of(chosen: Settings, secret: str) -> KeyRing:
    """The keys that the settings name. secret: the installation's own. Raises CannotStart."""
    old = chosen.assistant_old_keys.get_secret_value().replace(",", " ").split()
    file = chosen.assistant_kek_file
    secrets = [*(_secrets_in(file) if file else ()), secret, *old]
    if any(len(each.encode()) < SHORTEST for each in old):
        raise CannotStart(
            f"ASSISTANT_OLD_KEYS holds a secret of fewer than {SHORTEST} bytes; "
            "write the old ones there whole, with a comma between two."
        )
    return KeyRing.of(LocalKey(each) for each in secrets)


def _secrets_in(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(
            f"ASSISTANT_KEK_FILE={file} cannot be read as text; restore the file, or make it "
            "readable for the account that the app runs as."
        ) from error
    if not lines or any(len(line.encode()) < SHORTEST for line in lines):
        raise CannotStart(
            f"ASSISTANT_KEK_FILE={file} must hold one secret of {SHORTEST} bytes or more in each "
            "line; restore the right file."
        )
    return lines


@lru_cache(maxsize=1)
def ring() -> KeyRing:
    """The keys of this process. Raises CannotStart; who serves asks for them at its start."""
    return _read()


def _read() -> KeyRing:
    return ring_of(settings(), settings().assistant_secret_key.get_secret_value())


def current() -> KeyEncryption:
    """The key that wraps now. The file is read anew: another process may have changed the keys."""
    _read_anew()
    return ring().current


def _read_anew() -> None:
    """Take what the file holds now; while it cannot be read, the keys of before stay."""
    held = ring()
    try:
        held.take(_read())
    except CannotStart as error:
        import structlog  # 7 MB that the launcher, which asks for keys once, would keep for good

        structlog.get_logger().warning("keys_not_read", why=str(error))


def unwrap(name: str, wrapped: bytes, cell: bytes) -> bytes:
    """Decrypt with the key of this name. A key that is unknown may have come into the file since.

    Raises KeyLost or Tampered.
    """
    if name not in ring().known:
        _read_anew()
    return ring().unwrap(name, wrapped, cell)
