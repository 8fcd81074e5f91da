"""What speaks OAuth to a provider, without anybody's web framework: Authlib's client."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import BaseApp
from authlib.integrations.base_client.async_app import AsyncOAuth2Mixin
from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError

from assistant.errors import SignInFailed

TIMEOUT_SECONDS = 10.0
CLIENT_SECONDS = 3600  # after which discovery and keys are read anew
# What the libraries raise of an answer, which may have any shape.
ODD = (
    AuthlibBaseError, JoseError, httpx2.InvalidURL, ValueError, TypeError, LookupError,
    AttributeError, RuntimeError, OverflowError,
)  # fmt: skip

log = structlog.get_logger()


class Client(AsyncOAuth2Mixin, AsyncOpenIDMixin, BaseApp):  # type: ignore[misc]  # no types
    """One provider's client."""

    client_cls = AsyncOAuth2Client

    async def exchanged(self, refresh_token: str) -> dict[str, Any]:
        """What the token endpoint gives for a refresh token. Raises httpx2.HTTPError and `ODD`."""
        metadata = await self.load_server_metadata()
        async with self._get_oauth_client(**metadata) as line:
            # The scope of our sign-in, which would be asked for, is not that of the grant.
            given: dict[str, Any] = await line.refresh_token(
                metadata["token_endpoint"], refresh_token=refresh_token, scope=""
            )
            return given

    async def revoked(self, token: str) -> bool:
        """Whether a token is good no more, now that it was given back (RFC 7009).

        Raises httpx2.HTTPError and `ODD`.
        """
        metadata = await self.load_server_metadata()
        async with self._get_oauth_client(**metadata) as line:
            said = await line.revoke_token(metadata["revocation_endpoint"], token=token)
            return bool(said.is_success or said.json()["error"] == "invalid_token")


def made(client_id: str, secret: str, scope: str, endpoints: tuple[tuple[str, str], ...]) -> Client:
    """The client of a provider. endpoints: where it is, as names and values."""
    return _made(client_id, secret, scope, endpoints, int(time.monotonic() / CLIENT_SECONDS))


@lru_cache(maxsize=16)
def _made(
    client_id: str, secret: str, scope: str, endpoints: tuple[tuple[str, str], ...], _: int
) -> Client:
    how: dict[str, Any] = {"code_challenge_method": "S256", "scope": scope}
    how |= {"timeout": TIMEOUT_SECONDS, "verify": _authorities()}
    own = dict(endpoints)
    if auth := own.pop("token_endpoint_auth_method", ""):
        how["token_endpoint_auth_method"] = auth
    return Client(None, client_id=client_id, client_secret=secret, client_kwargs=how, **own)


@cache
def _authorities() -> ssl.SSLContext:
    """Who vouches for hosts, read once: every request has a client, and each would read it anew."""
    return httpx2.create_ssl_context()


@contextmanager
def believing_nothing_odd(provider: str) -> Iterator[None]:
    """Tell apart a provider that does not answer from an answer that is not to be believed."""
    try:
        yield
    except SignInFailed as error:
        log.info("sign_in_failed", provider=provider, why=error.why)
        raise
    except httpx2.HTTPError as error:
        log.warning("provider_away", provider=provider, error=type(error).__name__)
        raise SignInFailed("away") from error
    except ODD as error:
        log.warning("sign_in_refused", provider=provider, error=type(error).__name__)
        raise SignInFailed from error
