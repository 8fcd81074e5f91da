"""What becomes of an error on a route: a sentence and a status, never a trace."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from assistant.api.answers import answering
from assistant.errors import (
    UNEXPECTED,
    AssistantError,
    Busy,
    DatabaseAway,
    NotFound,
    NotSignedIn,
    Refused,
)
from tests.api.conftest import browser

AWAY = "The database is not answering. Nothing was lost; try again in a moment."


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
