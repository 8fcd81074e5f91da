"""Seats by requests of the page: a token goes in a body, and nothing is told of others."""

import pytest

from assistant.services.membership import NOT_HERE, WHY
from tests.services.seated import team

PATH = "/api/seats"
FORMS = {"new": "label", "offered": "token", "take": "token", "leave": "none"}


@pytest.fixture
async def payer(sold, ann, db):
    """Ann, who pays for two seats."""
    await team(db, ann.user, 2)
    return ann


async def sent(person, what, **form):
    """A request of the page; its answer, which no browser keeps."""
    answer = await person.browser.post(f"{PATH}/{what}", data=form)
    assert answer.headers["cache-control"] == "no-store"
    return answer


async def test_a_seat_is_given_taken_and_taken_back(payer, ben):
    given = (await sent(payer, "new", label="Ben from sales")).json()
    (one,) = given["seats"]
    assert (one["label"], one["state"], given["free"]) == ("Ben from sales", "offered", 0)
    address, _, token = given["link"].partition("#")
    assert address == "http://localhost:3000/seat"
    assert token not in (await payer.browser.get(PATH)).text  # it is told once

    offer = (await sent(ben, "offered", token=token)).json()
    assert offer["plan"] == "Team"
    assert "5,000 messages a month" in offer["holds"]
    assert (await ben.browser.get(PATH)).json()["mine"] is None
    assert (await sent(ben, "take", token=token)).json() == offer
    told = (await ben.browser.get(PATH)).json()
    assert (told["mine"]["plan"], told["mine"]["counts"]) == ("Team", True)
    assert told["seats"] == []
    for said in ("Ben from sales", str(payer.user.id)):
        assert said not in str(told)

    back = (await sent(payer, f"{one['id']}/take-back")).json()
    assert ([each["state"] for each in back["seats"]], back["free"]) == (["left"], 0)
    assert str(ben.user.id) not in str(back)
    assert (await ben.browser.get(PATH)).json()["mine"] is None


async def test_a_seat_is_left(payer, ben):
    link = (await sent(payer, "new", label="Ben")).json()["link"]
    await sent(ben, "take", token=link.partition("#")[2])
    assert (await sent(ben, "leave")).json()["mine"] is None
    assert (await sent(ben, "leave")).status_code == 422


async def test_what_cannot_be_taken_is_a_sentence(payer, ben):
    link = (await sent(payer, "new", label="Ben")).json()["link"]
    own = await sent(payer, "take", token=link.partition("#")[2])
    assert (own.status_code, own.json()) == (422, {"error": WHY["own"]})
    unknown = await sent(ben, "offered", token="x")
    assert (unknown.status_code, unknown.json()) == (422, {"error": NOT_HERE})
    large = await sent(ben, "take", token="x" * 5_000)
    assert large.status_code == 422


async def test_nobody_takes_back_what_is_not_theirs(payer, ben):
    (one,) = (await sent(payer, "new", label="Ben")).json()["seats"]
    for seat_id in (one["id"], "nonsense"):
        assert (await sent(ben, f"{seat_id}/take-back")).status_code == 404


async def test_nobody_tries_links_without_an_end(payer, ben, limited):
    answers = [await sent(ben, "take", token="x") for _ in range(3)]
    assert [each.status_code for each in answers] == [422, 422, 429]


@pytest.mark.parametrize("what", FORMS)
async def test_it_is_for_who_is_signed_in_and_for_pages_of_ours(what, visitor, ann):
    form = {FORMS[what]: "x"}
    assert (await visitor.post(f"{PATH}/{what}", data=form)).status_code == 401
    evil = {"origin": "https://evil.example"}
    assert (await ann.browser.post(f"{PATH}/{what}", data=form, headers=evil)).status_code == 403
