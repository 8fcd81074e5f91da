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


async def test_who_asks_too_often_is_told_when_to_come_again(visitor, limited):
    asked = {"x-forwarded-for": "1.2.3.4, 203.0.113.7"}
    answers = [await visitor.get("/auth/login/nobody", headers=asked) for _ in range(3)]
    assert [each.status_code for each in answers] == [404, 404, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    assert "try again in" in answers[-1].json()["error"]


async def test_the_address_is_the_one_that_our_own_proxy_names(visitor, limited):
    for forged in range(3):
        asked = {"x-forwarded-for": f"10.0.0.{forged}, 203.0.113.8"}
        answer = await visitor.get("/auth/login/nobody", headers=asked)
    assert answer.status_code == 429


async def test_it_is_so_too_where_the_proxy_names_it_in_a_line_of_its_own(visitor, limited):
    for forged in range(3):
        asked = [("x-forwarded-for", f"10.0.0.{forged}"), ("x-forwarded-for", "203.0.113.9")]
        answer = await visitor.get("/auth/login/nobody", headers=asked)
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "asked",
    [
        ("POST", "/api/search", {"json": {"q": "kites"}}),
        ("POST", "/api/files", {"content": b"words"}),
    ],
    ids=["search", "file"],
)
async def test_several_users_of_one_address_are_counted_together(ann, ben, limited, asked):
    method, path, sent = asked
    here = {"headers": {"x-forwarded-for": f"203.0.113.{9 + len(path)}"}}
    answers = [await who.browser.request(method, path, **sent, **here) for who in (ann, ben, ben)]
    assert [each.status_code == 429 for each in answers] == [False, False, True]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600


async def test_nobody_is_held_back_for_what_others_on_this_machine_do(visitor, limited):
    answers = [await visitor.get("/auth/login/nobody") for _ in range(3)]
    assert {each.status_code for each in answers} == {404}


@pytest.mark.parametrize(
    "asked",
    [
        ("POST", "/api/search", {"json": {"q": "kites"}}),
        ("POST", "/api/files", {"content": b"words", "headers": {"file-name": "a.txt"}}),
        ("POST", "/api/import", {"content": b"no archive"}),
        ("GET", "/api/export", {}),
    ],
    ids=["search", "file", "import", "export"],
)
async def test_each_costly_route_is_counted_for_its_user(ann, ben, limited, asked):
    method, path, sent = asked
    answers = [await ann.browser.request(method, path, **sent) for _ in range(3)]
    assert [each.status_code == 429 for each in answers] == [False, False, True]
    assert (await ben.browser.request(method, path, **sent)).status_code != 429
