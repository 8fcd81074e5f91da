"""A token that ran out is exchanged once; a grant that is gone is told from all other refusals."""

from typing import Any

import httpx2
import pytest

from assistant.connectors.google_grant import SCOPES, authorised, reasons
from assistant.errors import AccessRefused

OLD, NEW = "old", "new"


class Google:
    """Accepts one token. asked: those that came."""

    def __init__(self, accepts: str, status: int = 200, body: Any = None) -> None:
        self.accepts, self.status, self.body = accepts, status, body or {}
        self.asked: list[str] = []

    async def send(self, token: str) -> httpx2.Response:
        self.asked.append(token)
        return httpx2.Response(self.status if token == self.accepts else 401, json=self.body)


async def renewed(refused: str = "") -> str:
    return NEW if refused == OLD else OLD


async def test_a_token_that_is_refused_is_exchanged_and_the_request_sent_once_more():
    google = Google(NEW)
    assert (await authorised(renewed, google.send)).status_code == 200
    assert google.asked == [OLD, NEW]


async def test_one_that_is_accepted_is_not_exchanged():
    google = Google(OLD)
    await authorised(renewed, google.send)
    assert google.asked == [OLD]


async def test_after_two_refusals_the_access_is_gone():
    google = Google("neither")
    with pytest.raises(AccessRefused, match=r"has taken this access back\. Connect it again\."):
        await authorised(renewed, google.send)
    assert google.asked == [OLD, NEW]


async def test_the_same_token_is_not_tried_twice():
    async def same(refused: str = "") -> str:
        return OLD

    google = Google("another")
    with pytest.raises(AccessRefused):
        await authorised(same, google.send)
    assert google.asked == [OLD]


@pytest.mark.parametrize(
    "error",
    [
        {"errors": [{"reason": "insufficientPermissions"}]},
        {"status": "PERMISSION_DENIED", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]},
    ],
)
async def test_a_right_that_was_taken_away_is_a_lost_grant(error):
    with pytest.raises(AccessRefused):
        await authorised(renewed, Google(OLD, 403, {"error": error}).send)


async def test_other_refusals_are_the_callers():
    error = {"errors": [{"reason": "rateLimitExceeded"}]}
    said = await authorised(renewed, Google(OLD, 403, {"error": error}).send)
    assert (said.status_code, reasons(said)) == (403, {"rateLimitExceeded"})


@pytest.mark.parametrize("body", [[], {}, {"error": 5}, {"error": {"errors": [1]}}])
def test_a_refusal_that_says_nothing_has_no_reasons(body):
    assert reasons(httpx2.Response(403, json=body)) == set()


def test_nothing_is_asked_for_beyond_events_the_list_of_calendars_and_letters():
    asked = sorted(scope.rpartition("/")[2] for scopes in SCOPES.values() for scope in scopes)
    assert asked == ["calendar.calendarlist.readonly", "calendar.events", "gmail.modify"]
