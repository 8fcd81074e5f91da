"""Waiting calls over HTTP: listed for their owner, decided by their owner, once."""

import json
from uuid import UUID, uuid4

import pytest

from assistant.api import approvals
from tests.services.talk import eventually, rows, shown, turn_factor_on
from tests.services.waiting import asks_to_delete, kept, part_of, titles

PATH = "/api/approvals"
STALE = "update login_sessions set fresh_at = now() - interval '6 minutes' where user_id = $1"
NO_DECISION = {"error": approvals.NO_DECISION}
TITLE = "Shopping"

pytestmark = pytest.mark.usefixtures("demo")


async def asked(user, title=TITLE):
    """The card of a call that would delete a note of this title."""
    (card,) = await asks_to_delete(user, await kept(user, title))
    return card


def allow(card, **more):
    return {"verdict": "allow", "shown": card["shown"], **more}


async def decide(person, card, value):
    return await person.browser.post(f"{PATH}/{card['id']}", json=value)


async def waiting(person):
    return (await person.browser.get(PATH)).json()["waiting"]


async def until(person, card, status):
    """The card's part in the conversation, once its call has come so far."""

    async def has():
        part = part_of(card, await shown(person.user, UUID(card["conversation"])))
        return part if part["approval"]["status"] == status else None

    return await eventually(has)


async def test_the_list_has_all_that_a_card_shows_and_is_kept_by_nobody(ann, ben):
    card = await asked(ann.user)
    answer = await ann.browser.get(PATH)
    assert answer.headers["cache-control"] == "no-store"
    (told,) = answer.json()["waiting"]
    assert told["sentence"] == f"Delete the note “{TITLE}”"
    assert told["targets"] == [
        {"kind": "note", "value": TITLE, "origin": told["targets"][0]["origin"]}
    ]
    assert (told["tool"], told["effect"], told["status"]) == ("delete_note", "destroy", "pending")
    assert told["arguments"] == card["arguments"]
    assert {"shown", "expires", "delay", "conversation", "message", "title"} <= told.keys()
    assert await waiting(ben) == []


async def test_an_allowed_call_is_done(ann):
    card = await asked(ann.user)
    answer = await decide(ann, card, allow(card))
    assert (answer.status_code, answer.json()) == (200, {"verdict": "allow"})
    await until(ann, card, "done")
    assert await titles(ann.user) == []
    assert await waiting(ann) == []


async def test_a_call_is_done_as_its_user_has_changed_it(ann):
    card = await asked(ann.user)
    other = await kept(ann.user, "Old")
    await decide(ann, card, allow(card, arguments={"note_id": other}))
    part = await until(ann, card, "done")
    assert await titles(ann.user) == [TITLE]
    assert part["arguments"] == {"note_id": other}
    assert part["approval"]["sentence"] == "Delete the note “Old”"


async def test_a_change_that_the_tool_cannot_do_leaves_the_call_waiting(ann):
    card = await asked(ann.user)
    answer = await decide(ann, card, allow(card, arguments={"note_id": "none"}))
    assert answer.status_code == 422
    assert "Nothing was done" in answer.json()["error"]
    assert [each["id"] for each in await waiting(ann)] == [card["id"]]


async def test_what_was_not_shown_is_not_allowed(ann):
    card = await asked(ann.user)
    answer = await decide(ann, card, allow(card) | {"shown": "0" * 64})
    assert answer.status_code == 422
    assert "has changed since this page was read" in answer.json()["error"]
    assert await titles(ann.user) == [TITLE]


async def test_a_refusal_keeps_its_reason(ann):
    card = await asked(ann.user)
    answer = await decide(ann, card, {"verdict": "deny", "reason": "Not that one"})
    assert (answer.status_code, answer.json()) == (200, {"verdict": "deny"})
    part = await until(ann, card, "denied")
    assert part["approval"]["reason"] == "Not that one"
    again = await decide(ann, card, allow(card))
    assert (again.status_code, again.json()) == (422, {"error": "This has been refused already."})


async def test_another_users_call_is_none(ann, ben):
    card = await asked(ann.user)
    theirs = await decide(ben, card, allow(card))
    unknown = await decide(ben, card | {"id": str(uuid4())}, allow(card))
    assert (theirs.status_code, theirs.json()) == (404, unknown.json())
    assert (await decide(ben, card, {"verdict": "deny"})).json() == theirs.json()
    assert len(await waiting(ann)) == 1


async def test_always_leads_to_a_new_sign_in_first(ann, db):
    card = await asked(ann.user)
    await rows(db, STALE, ann.user.id)
    answer = await decide(ann, card, allow(card, scope="always"))
    assert (answer.status_code, answer.json()["where"]) == (403, "/sign-in?again=1")
    assert len(await waiting(ann)) == 1


async def test_nobody_and_who_has_not_given_a_code_decide_nothing(visitor, ann, db):
    card = await asked(ann.user)
    assert (await visitor.get(PATH)).status_code == 401
    assert (await visitor.post(f"{PATH}/{card['id']}", json=allow(card))).status_code == 401
    await turn_factor_on(db, ann.user)
    assert (await ann.browser.get(PATH)).status_code == 403
    assert (await decide(ann, card, allow(card))).status_code == 403


DEEP = '{"verdict": "allow", "arguments": {"a": ' + "[" * 60 + "]" * 60 + "}}"


@pytest.mark.parametrize(
    "body",
    [
        *("", "{}", "[]", "null", '"allow"', b"\xff", '{"verdict": "allow"'),
        *(json.dumps({"verdict": each}) for each in ("yes", "", None, 1, ["allow"])),
        *(json.dumps({"verdict": "allow", "arguments": each}) for each in ("x", [], 1)),
        json.dumps({"verdict": "allow", "scope": "forever"}),
        json.dumps({"verdict": "deny", "reason": "a" * 1_001}),
        '{"verdict": "allow", "arguments": {"a": NaN}}',
        '{"verdict": "deny", "reason": "\\ud800"}',
        DEEP,
    ],
    ids=lambda body: ascii(body[:40]),
)
async def test_what_is_no_decision_is_refused_with_a_sentence(body, ann):
    answer = await ann.browser.post(f"{PATH}/{uuid4()}", content=body)
    assert (answer.status_code, answer.json()) == (422, NO_DECISION)


async def test_a_decision_that_is_too_long_is_not_read(ann, monkeypatch):
    monkeypatch.setattr(approvals, "BODY_BYTES", 100)
    answer = await ann.browser.post(f"{PATH}/{uuid4()}", content=b" " * 101)
    assert (answer.status_code, answer.json()) == (422, {"error": approvals.TOO_LARGE})
