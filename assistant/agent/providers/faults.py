"""What a vendor's failure means for us, in one plain sentence that holds no key and no address.

Sources: platform.claude.com/docs/en/api/errors, developers.openai.com/api/docs/guides/error-codes,
ai.google.dev/gemini-api/docs/troubleshooting.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from pydantic import JsonValue

from assistant.agent.catalog import VENDORS
from assistant.errors import ProviderError, ProviderRejected, ProviderUnavailable, RequestNotSent

MALFORMED = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


class VendorError(Exception):
    """The vendor reports an error in the middle of a stream. body: its JSON."""

    def __init__(self, body: JsonValue) -> None:
        super().__init__("The vendor reported an error in its stream.")
        self.body = body


class Unsent(Exception):
    """The request could not be encoded."""


@contextmanager
def sending(answered: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """What is malformed before the vendor has answered is of our own making. Raises Unsent.

    answered: whether it has, where the block goes on after that.
    """
    try:
        yield
    except MALFORMED as error:
        if answered():
            raise
        raise Unsent from error


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence for the user, and whether another provider should be tried."""

    sentence: str
    error: type[ProviderError] = ProviderUnavailable


KEY = Fault("{vendor} does not accept the key of this service.")
SPENT = Fault("The credit of this service at {vendor} is used up.")
RATE = Fault("{vendor} limits the requests of this service at the moment.")
BUSY = Fault("{vendor} is overloaded at the moment.")
DOWN = Fault("{vendor} has an internal problem.")
MODEL = Fault("{vendor} does not know the model {model}.")
SLOW = Fault("{vendor} took too long.")
UNREACHABLE = Fault("{vendor} cannot be reached.")
CUT = Fault("The connection to {vendor} broke off in the middle of the answer.")
UNSENT = Fault("The request to {vendor} could not be put together.", RequestNotSent)
GARBAGE = Fault("{vendor} sent an answer that cannot be read.")
UNUSABLE = Fault("{vendor} ended its answer without a usable result.")
LONG = Fault("The conversation is too long for {model}.", ProviderRejected)
POLICY = Fault("{vendor} does not allow this request.", ProviderRejected)
INVALID = Fault("{vendor} refused the request as not valid.", ProviderRejected)

STATUSES = {
    400: INVALID, 401: KEY, 402: SPENT, 403: KEY, 404: MODEL, 408: SLOW, 409: BUSY, 413: LONG,
    422: INVALID, 429: RATE, 503: BUSY, 504: SLOW, 529: BUSY,
}  # fmt: skip

# Codes and phrases that say more than the status does. The first that occurs decides.
MARKS = (
    ("insufficient_quota", SPENT), ("spend_limit_reached", SPENT), ("billing_", SPENT),
    ("credit balance is too low", SPENT),
    ("api_key_invalid", KEY), ("api key not valid", KEY), ("failed_precondition", KEY),
    ("prompt is too long", LONG), ("context_length_exceeded", LONG), ("request_too_large", LONG),
    ("exceeds the maximum number of tokens", LONG), ("string_above_max_length", LONG),
    ("content_policy", POLICY), ("bio_policy", POLICY), ("misalignment_policy", POLICY),
    ("invalid_prompt", POLICY), ("content filtering policy", POLICY),
)  # fmt: skip

# The same for errors within a stream, which have no status of their own.
STREAM_MARKS = (
    ("overloaded", BUSY), ("unavailable", BUSY), ("rate_limit", RATE), ("resource_exhausted", RATE),
    ("timeout", SLOW), ("deadline_exceeded", SLOW), ("authentication_error", KEY),
    ("permission", KEY), ("not_found", MODEL), ("invalid_request_error", INVALID),
    ("invalid_argument", INVALID),
)  # fmt: skip


def by_status(status: int, body: object) -> Fault:
    """What an error answer means. status: HTTP, 200 for an error within a stream."""
    words = " ".join(_strings(body)).lower()
    marks = MARKS if status >= 400 else MARKS + STREAM_MARKS
    marked = next((fault for mark, fault in marks if mark in words), None)
    return marked or STATUSES.get(status) or (INVALID if 400 <= status < 500 else DOWN)


def is_refusal(error: Exception) -> bool:
    """Whether an SDK's exception stands for an answer of HTTP that is an error."""
    statuses = (getattr(error, name, None) for name in ("status_code", "code"))
    return any(isinstance(status, int) and status >= 400 for status in statuses)


def by_transport(error: BaseException) -> Fault:
    """What a failed connection means."""
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return UNREACHABLE
        case httpx2.TimeoutException() | TimeoutError():
            return SLOW
        case httpx2.DecodingError():
            return GARBAGE
    return CUT


def raised(fault: Fault, provider: str, model: str, usage: object | None) -> ProviderError:
    """The error to raise. usage: what the attempt cost, None for nothing."""
    vendor = VENDORS[provider].label if provider in VENDORS else provider
    sentence = fault.sentence.format(vendor=vendor, model=model)
    return fault.error(sentence, provider=provider, usage=usage)


def _strings(body: object) -> Iterator[str]:
    """All texts in a JSON value."""
    match body:
        case str():
            yield body
        case dict():
            for value in body.values():
                yield from _strings(value)
        case list():
            for value in body:
                yield from _strings(value)
