"""What a browser carries for its session: a short-lived access token and a refresh token.

The access token is a JWT (RFC 7519, HS256). The refresh token is random and sealed by us, so that
only one that was ours can be told to have been used before. Its successor follows from it and from
the moment of the exchange: whoever presents the same token twice at once gets the same answer.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from assistant.config import settings
from assistant.errors import NotSignedIn
from assistant.vault import derived_key

ACCESS_SECONDS = 540
LEEWAY_SECONDS = 60  # for clocks that differ: ten minutes in all
AUDIENCE = "browser"
NONCE_BYTES = 32
SEAL_BYTES = 16
_REFRESH_BYTES = 16 + 16 + NONCE_BYTES + SEAL_BYTES


def access_token(user_id: UUID, session_id: UUID) -> str:
    """A token that stands for this session until it expires."""
    now = int(time.time())
    claims = {
        "iss": settings().url,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "sid": str(session_id),
        "iat": now,
        "exp": now + ACCESS_SECONDS,
        "jti": secrets.token_hex(8),
    }
    return jwt.encode({"alg": "HS256"}, claims, _key())


def claimed(token: str | None) -> tuple[UUID, UUID, datetime]:
    """User and session of an access token that we signed and that is still good, and since when.

    Raises NotSignedIn.
    """
    try:
        decoded = jwt.decode(token or "", _key(), algorithms=["HS256"])
        _expected().validate(decoded.claims)
        issued = datetime.fromtimestamp(decoded.claims["iat"], UTC)
        return UUID(decoded.claims["sub"]), UUID(decoded.claims["sid"]), issued
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, OSError,
            OverflowError) as error:  # fmt: skip
        # A forged token may have any shape, and joserfc meets some with other errors than its own.
        raise NotSignedIn from error


def seconds_left(token: str) -> int:
    """For how long an access token that `claimed` reads is still good for the browser: 0 or more.

    Raises NotSignedIn.
    """
    _, _, issued = claimed(token)
    return max(0, ACCESS_SECONDS - int(time.time() - issued.timestamp()))


def _expected() -> jwt.JWTClaimsRegistry:
    wanted: dict[str, jwt.ClaimsOption] = {
        name: {"essential": True} for name in ("sub", "sid", "iat", "exp", "jti")
    }
    wanted["iss"] = {"essential": True, "value": settings().url}
    wanted["aud"] = {"essential": True, "value": AUDIENCE}
    return jwt.JWTClaimsRegistry(None, LEEWAY_SECONDS, **wanted)


def _key() -> OctKey:
    return OctKey.import_key(derived_key("session token"))


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token of ours: whose it is, and what makes it one of a kind."""

    user_id: UUID
    session_id: UUID
    nonce: bytes

    @classmethod
    def first(cls, user_id: UUID, session_id: UUID) -> Self:
        """The token with which a session begins."""
        return cls(user_id, session_id, secrets.token_bytes(NONCE_BYTES))

    @classmethod
    def read(cls, text: str | None) -> Self:
        """The token as the browser has it. Raises NotSignedIn for one that was never ours."""
        try:
            raw = base64.urlsafe_b64decode((text or "").encode("ascii"))
        except ValueError as error:
            raise NotSignedIn from error
        if len(raw) != _REFRESH_BYTES:
            raise NotSignedIn
        token = cls(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:-SEAL_BYTES])
        if not hmac.compare_digest(token._seal(), raw[-SEAL_BYTES:]):
            raise NotSignedIn
        return token

    def successor(self, at: datetime) -> Self:
        """The token that this one is exchanged for at this moment."""
        key, moment = derived_key("refresh successor"), at.astimezone(UTC).isoformat()
        nonce = hmac.new(key, self._body() + moment.encode(), hashlib.sha256).digest()
        return type(self)(self.user_id, self.session_id, nonce)

    def text(self) -> str:
        """As the browser keeps it."""
        return base64.urlsafe_b64encode(self._body() + self._seal()).decode()

    def hash(self) -> bytes:
        """What the database keeps of it."""
        return hashlib.sha256(self._body()).digest()

    def _body(self) -> bytes:
        return self.user_id.bytes + self.session_id.bytes + self.nonce

    def _seal(self) -> bytes:
        key = derived_key("refresh token")
        return hmac.new(key, self._body(), hashlib.sha256).digest()[:SEAL_BYTES]
