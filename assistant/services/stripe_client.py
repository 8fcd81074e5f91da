"""Stripe's own SDK, as this process uses it: one client, bounded times, errors of ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from hashlib import sha256
from time import time
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from aiohttp import ClientError, ClientTimeout

from assistant.config import settings
from assistant.errors import BillingAway, BillingOff, BillingRefused, NotFound, Refused
from assistant.services.tiers import is_sold

if TYPE_CHECKING:
    from stripe import AIOHTTPClient, CardError, RequestOptions, StripeClient, StripeError
    from stripe._base_address import BaseAddresses
    from stripe._v1_services import V1Services

REQUEST_SECONDS = 10.0
RETRIES = 2  # each of them with the idempotency key of the first try
ALL_SECONDS = 40.0  # for all that one step asks
ONCE_SECONDS = 600.0  # what is asked again within them is done once
DECLINED = (
    "Your card was declined, so nothing was changed. Choose another card under “Manage payment”; "
    "then try again."
)
CONFIRM = (
    "Your bank asks you to confirm this payment, which cannot be done here, so nothing was "
    "changed. Choose another card under “Manage payment”; then try again."
)
TO_CONFIRM = "confirm"  # why a payment is refused that its owner has to confirm
REQUIRES_ACTION = "payment_intent_requires_action"  # how Stripe's words for that end
UNPROVEN = "authentication_required"  # or so, where the bank has declined for that reason

log = structlog.get_logger()


class Named(Protocol):
    """An object of Stripe's."""

    @property
    def id(self) -> str: ...


def load() -> None:
    """Import the SDK now if anything is sold here, rather than for whoever pays first."""
    if is_sold():
        _client()


def _client() -> "StripeClient":
    return _made(settings().stripe_secret_key.get_secret_value(), settings().stripe_api_base)[0]


@lru_cache(maxsize=1)
def _made(key: str, base: str) -> tuple["StripeClient", "AIOHTTPClient"]:
    from stripe import AIOHTTPClient, StripeClient  # 40 MB, for those alone who sell anything

    class Line(AIOHTTPClient):
        """Asks once more, too, when an answer breaks off in the middle."""

        async def request_async(self, *asked: Any) -> tuple[bytes, int, Mapping[str, str]]:  # noqa: ANN401
            try:
                return await super().request_async(*asked)
            except (ClientError, TimeoutError) as error:
                self._handle_request_error(error)

    line = Line(timeout=ClientTimeout(total=REQUEST_SECONDS))
    addresses: BaseAddresses = {"api": base} if base else {}
    client = StripeClient(
        key, base_addresses=addresses, max_network_retries=RETRIES, http_client=line
    )
    return client, line


@asynccontextmanager
async def asking(missing: str = "") -> AsyncIterator["V1Services"]:
    """Ask Stripe in this block. No transaction may be open.

    missing: what it is that may not exist there. Raises BillingOff, BillingAway (BillingRefused
    where another request may well be answered), Refused for a card that is declined or a payment
    that is to be confirmed, and NotFound where something may be missing.
    """
    if not is_sold():
        raise BillingOff
    client = _client()
    from stripe import CardError, IdempotencyError, InvalidRequestError, StripeError

    try:
        async with asyncio.timeout(ALL_SECONDS):
            yield client.v1
    except CardError as error:
        _note(error)
        raise _refusal(error) from error
    except (InvalidRequestError, IdempotencyError) as error:
        _note(error)
        if missing and error.code == "resource_missing":
            raise NotFound(missing) from error
        raise BillingRefused from error
    except StripeError as error:
        _note(error)
        raise BillingAway from error
    except TimeoutError as error:
        log.warning("stripe_too_slow")
        raise BillingAway from error


def once(*meaning: object) -> "RequestOptions":
    """Let what is meant by these words be done once, however many tabs ask for it.

    Stripe keeps an answer under its key for a day, a failure of its own, too: so that nobody waits
    for a day, keys are of their ten minutes.
    """
    words = repr((*meaning, int(time() // ONCE_SECONDS)))
    return {"idempotency_key": sha256(words.encode()).hexdigest()}  # Stripe takes 255 characters


def id_of(named: str | Named) -> str:
    """Stripe tells the id of an object, or the whole where that was asked for."""
    return named if isinstance(named, str) else named.id


def _refusal(error: "CardError") -> Refused:
    declined = getattr(error.error, "decline_code", None)
    if (error.code or "").endswith(REQUIRES_ACTION) or UNPROVEN in (error.code, declined):
        return Refused(CONFIRM, why=TO_CONFIRM)
    return Refused(DECLINED, why="declined")


def _note(error: "StripeError") -> None:
    """Without its text, which may name whom it concerns."""
    log.warning(
        "stripe_refused",
        kind=type(error).__name__,
        code=error.code,
        status=error.http_status,
        request=error.request_id,
    )


async def close() -> None:
    """Close what is open to Stripe."""
    if _made.cache_info().currsize:
        key, base = settings().stripe_secret_key.get_secret_value(), settings().stripe_api_base
        await _made(key, base)[1].close_async()  # type: ignore[no-untyped-call]
        _made.cache_clear()
