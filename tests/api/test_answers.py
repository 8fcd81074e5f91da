"""What becomes of an error on a route: a sentence and a status, never a trace."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from assistant.api.answers import answering, sent_to
from assistant.errors import (
    UNEXPECTED,
    AssistantError,
    Busy,
    DatabaseAway,
    NotFound,
    NotSignedIn,
    Refused,
    StepUpNeeded,
)
from tests.api.conftest import browser

AWAY = "The database is not answering. Nothing was lost; try again in a moment."


async def test_who_must_prove_again_who_they_are_is_told_where(db):
    @answering
    async def asks(_):
        raise StepUpNeeded("code")

    async with browser(Starlette(routes=[Route("/x", asks)])) as client:
        answer = await client.get("/x")
    assert answer.status_code == 403
    assert answer.json() == {"error": str(StepUpNeeded("code")), "where": "/verify?again=1"}


def test_a_form_is_answered_with_a_page_to_read_that_nobody_keeps():
    answer = sent_to("/settings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (Refused("No."), 422, "No."),
        (Busy("Later."), 429, "Later."),
        (NotFound("page"), 404, "This page does not exist."),
        (NotSignedIn(), 401, "Please sign in."),
        (AssistantError("Else."), 400, "Else."),
        (DatabaseAway(), 503, AWAY),
        (OSError("secret"), 500, UNEXPECTED),
        (RuntimeError("secret"), 500, UNEXPECTED),
    ],
)
async def test_an_error_becomes_a_sentence_and_a_status(error, status, sentence, db):
    @answering
    async def fails(_):
        raise error

    async with browser(Starlette(routes=[Route("/x", fails)])) as client:
        answer = await client.get("/x")
    assert (answer.status_code, answer.json()) == (status, {"error": sentence})
    assert answer.headers["cache-control"] == "no-store"
    assert "secret" not in answer.text
