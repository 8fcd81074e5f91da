"""Access tokens of Google: kept in memory only, renewed in time, once for all who wait for one."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError

from assistant.connectors.google_grant import SCOPES, TAKEN_BACK
from assistant.database import user_session
from assistant.errors import AccessRefused, NotFound, ToolError
from assistant.models import Connection
from assistant.services import background
from assistant.services.connection_forms import GoogleGrant
from assistant.services.connection_rows import form_in, locked, sealed_form
from assistant.services.keys import vault_in
from assistant.services.oauth import client_of, provider_of
from assistant.services.oauth_client import ODD

GOOGLE = "google"
SECONDS = 10.0  # for one request to Google
EARLY_SECONDS = 60.0
USUAL_SECONDS = 300.0  # where Google does not say how long a token is good
MOST_HELD = 10_000
AWAY = "Google does not answer now. Nothing was changed; it can be tried again in a minute."
ODDLY = "Google gives no access now. Nothing was changed; it can be tried again in a minute."
NOT_HERE = "This account is not connected any more. Nothing was changed."
LOST = (
    "What was kept of this account cannot be opened. The user can disconnect it, and connect it "
    "anew, in Settings, Connections."
)
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Held:
    """A token, and until when (by the clock of this process) it is good."""

    token: str
    until: float


_held: dict[UUID, _Held] = {}  # by connection
_renewals: dict[UUID, asyncio.Task[_Held | ToolError]] = {}  # those under way


@dataclass(frozen=True, slots=True)
class GoogleToken:
    """The access tokens of a connection, as its connectors ask for them; a `Token`."""

    user_id: UUID
    connection_id: UUID

    async def __call__(self, refused: str = "") -> str:
        """One in force. refused: the one that Google has just not accepted. Raises ToolError."""
        held = _held.get(self.connection_id)
        if held and held.token != refused and held.until > time.monotonic():
            return held.token
        outcome = await asyncio.shield(self._renewal())
        if isinstance(outcome, ToolError):
            raise type(outcome)(str(outcome))
        return outcome.token

    def _renewal(self) -> asyncio.Task[_Held | ToolError]:
        """The renewal under way; who has begun it may go, the others still wait for it."""
        where = self.connection_id
        if where not in _renewals:
            _renewals[where] = background.spawn(_renewed(self))
            _renewals[where].add_done_callback(lambda _: _renewals.pop(where, None))
        return _renewals[where]


async def _renewed(account: GoogleToken) -> _Held | ToolError:
    """The next token; or, as nobody may be there to raise it to, why there is none."""
    try:
        grant = await _grant_of(account)
        try:
            given = await _exchanged(grant)
        except AccessRefused:
            newest = await _grant_of(account)
            if newest.refresh_token == grant.refresh_token:
                raise
            grant, given = newest, await _exchanged(newest)  # another process has renewed it
        if given["refresh_token"] != grant.refresh_token:
            await _keep(account, grant, given["refresh_token"])
        return hold(account.connection_id, given)
    except NotFound:
        return ToolError(NOT_HERE)
    except ToolError as error:
        return error


async def _grant_of(account: GoogleToken) -> GoogleGrant:
    """What is kept now. Raises ToolError when there is nothing any more."""
    async with user_session(account.user_id) as session:
        row = await session.get(Connection, account.connection_id)
        if row is None:
            raise ToolError(NOT_HERE)
        grant = form_in(row, await vault_in(session, [row.secret]))
    if not isinstance(grant, GoogleGrant):
        raise ToolError(LOST)
    return grant


async def _exchanged(grant: GoogleGrant) -> dict[str, Any]:
    """What Google gives for the refresh token. Raises AccessRefused when the grant is gone."""
    try:
        async with asyncio.timeout(SECONDS):
            given = await client_of(provider_of(GOOGLE)).exchanged(grant.refresh_token)
        require_token(given)
    except OAuthError as error:
        log.info("token_refused", error=error.error)
        raise (
            AccessRefused(TAKEN_BACK) if error.error == "invalid_grant" else ToolError(ODDLY)
        ) from error
    except (httpx2.HTTPError, TimeoutError) as error:
        raise ToolError(AWAY) from error
    except (*ODD, NotFound) as error:
        raise ToolError(ODDLY) from error
    needed = frozenset().union(*(SCOPES[use] for use in grant.uses))
    if "scope" in given and not needed <= scopes_in(given):
        raise AccessRefused(TAKEN_BACK)
    return given


def require_token(given: Mapping[str, Any]) -> None:
    """Raises one of `ODD` for what no header, no row and no clock can hold."""
    float(given.get("expires_in") or 0)
    for name in ("access_token", "refresh_token"):
        if not _TOKEN.fullmatch(given[name]):
            raise ValueError(name)


def scopes_in(given: Mapping[str, Any]) -> frozenset[str]:
    """The scopes that an answer of the token endpoint names."""
    return frozenset(str(given.get("scope", "")).split())


async def _keep(account: GoogleToken, grant: GoogleGrant, refresh_token: str) -> None:
    """Keep the refresh token that takes the place of the one before."""
    async with user_session(account.user_id) as session:
        row = await locked(session, account.connection_id)
        vault = await vault_in(session)
        form = grant.model_copy(update={"refresh_token": refresh_token})
        row.secret = sealed_form(vault, row.id, form)


def hold(connection_id: UUID, given: Mapping[str, Any]) -> _Held:
    """Keep the access token of an answer for as long as it is good."""
    seconds = float(given.get("expires_in") or USUAL_SECONDS)
    if len(_held) >= MOST_HELD:
        _held.clear()
    held = _Held(given["access_token"], time.monotonic() + seconds - EARLY_SECONDS)
    _held[connection_id] = held
    return held


def forget(connection_id: UUID) -> None:
    """Keep no access token of this connection."""
    _held.pop(connection_id, None)


async def revoke(grant: GoogleGrant) -> bool:
    """Give a grant back at Google. False when Google could not be told in time."""
    try:
        async with asyncio.timeout(SECONDS):
            return await client_of(provider_of(GOOGLE)).revoked(grant.refresh_token)
    except (httpx2.HTTPError, TimeoutError, *ODD, NotFound) as error:
        log.warning("grant_not_revoked", error=type(error).__name__)
        return False
