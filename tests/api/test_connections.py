"""Connecting accounts by requests of the page: no answer holds a password."""

import pytest

from assistant.services.connection_forms import GoogleGrant
from assistant.services.connections import keep
from tests.identity.conftest import set_up
from tests.servers.radicale import USERS
from tests.services.accounts_outside import ALICE, calendar, calendar_form, inside, sums

__all__ = ["calendar", "calendar_form", "inside", "sums"]
PATH = "/api/connections"


@pytest.fixture
def hers(ann):
    """Sends a form in Ann's browser."""

    async def send(what: str, **form: str):
        answer = await ann.browser.post(f"{PATH}/{what}", data=form)
        assert answer.headers["cache-control"] == "no-store"
        assert USERS[ALICE] not in answer.text
        return answer

    return send


async def test_an_account_is_connected_tested_and_disconnected(ann, hers, calendar_form):
    (one,) = (await hers("new/caldav", **calendar_form)).json()["connections"]
    assert one["label"].startswith(ALICE)
    (tested,) = (await hers(f"{one['id']}/test")).json()["connections"]
    assert not tested["failing"]
    assert (await hers(f"{one['id']}/disconnect")).json()["connections"] == []
    told = await ann.browser.get(PATH)
    assert told.json()["connections"] == []
    assert "iCloud" in told.json()["presets"]["caldav"]
    assert (told.json()["google"], told.json()["said"]) == (False, "")
    assert (told.json()["lacking"], told.json()["only_read"]) == ({}, "")


async def test_a_wrong_password_is_a_sentence(hers, calendar_form):
    answer = await hers("new/caldav", **calendar_form | {"password": "wrong"})
    assert answer.status_code == 422
    assert "does not accept" in answer.json()["error"]


async def test_the_effect_of_a_tool_is_set(hers, sums):
    (one,) = (await hers("new/mcp", name="sums", url=sums.url)).json()["connections"]
    assert one["tools"][0] == {"name": "add", "about": "Add two numbers.", "effect": "destroy"}
    (one,) = (await hers(f"{one['id']}/effect", tool="add", effect="read")).json()["connections"]
    assert one["tools"][0]["effect"] == "read"


async def test_a_form_without_an_end_is_refused(hers):
    answer = await hers("new/mcp", name="x" * 30_000)
    assert answer.status_code == 422
    assert "Nothing was connected" in answer.json()["error"]


@pytest.mark.parametrize("what", ["test", "disconnect", "effect"])
@pytest.mark.parametrize("which", ["5d8f3c1e-0f63-4b8a-9a57-6c1c0f4f2b11", "no-id"])
async def test_what_does_not_exist_is_not_found(hers, what, which):
    assert (await hers(f"{which}/{what}", tool="a", effect="read")).status_code == 404


async def test_who_is_not_signed_in_sees_and_connects_nothing(visitor):
    assert (await visitor.get(PATH)).status_code == 401
    assert (await visitor.post(f"{PATH}/new/mcp", data={"name": "a"})).status_code == 401


async def test_google_is_offered_where_it_is_set_up_and_never_by_a_form(ann, hers):
    with set_up({"GOOGLE_CLIENT_ID": "x", "GOOGLE_CLIENT_SECRET": "y"}):
        assert (await ann.browser.get(PATH)).json()["google"] is True
        assert (await hers("new/google", refresh_token="t")).status_code == 422


async def test_what_is_still_to_be_said_of_a_disconnected_account_is_told(ann, hers):
    grant = {"issuer": "i", "subject": "s", "address": "", "refresh_token": "t"}
    form = GoogleGrant(**grant, asked=("mail", "calendar"), uses=("mail",))
    await keep(ann.user.id, form)
    (one,) = (await ann.browser.get(PATH)).json()["connections"]
    assert (one["uses"], one["idle"], one["withheld"]) == (["mail"], [], ["calendar"])
    answer = (await hers(f"{one['id']}/disconnect")).json()
    assert answer["connections"] == []
    assert "Google could not be told" in answer["said"]
