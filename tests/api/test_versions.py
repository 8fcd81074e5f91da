"""Which branch of a conversation is shown, over HTTP."""

from uuid import uuid4

import pytest

from assistant.services import asking_anew
from tests.services.talk import ended, say, shown, wish


def path(conversation_id):
    return f"/api/conversations/{conversation_id}/shown"


@pytest.fixture
async def talk(ann, demo):
    """A conversation, and the first of the two answers that it has had."""
    started = await say(ann.user, "hello")
    await ended(ann.user, started)
    old = (await shown(ann.user, started.conversation_id))[1]["id"]
    await ended(ann.user, await asking_anew.regenerate(ann.user.id, old, wish()))
    return started.conversation_id, old


async def test_the_answer_is_the_branch_that_is_shown_now(ann, talk):
    place, old = talk
    answer = await ann.browser.post(path(place), json={"message": old})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    read = answer.json()
    assert read == (await ann.browser.get(f"/api/conversations/{place}/messages")).json()
    assert read["messages"][1]["id"] == old
    assert read["messages"][1]["versions"]["at"] == 1


async def test_a_page_reaches_up_to_the_message_where_it_can(ann, talk):
    place, old = talk
    await ann.browser.post(path(place), json={"message": old})
    for number in range(16):
        await ended(ann.user, await say(ann.user, f"m{number}", place))
    other = (await shown(ann.user, place))[1]["versions"]["after"]
    await ann.browser.post(path(place), json={"message": other})
    read = (await ann.browser.post(path(place), json={"message": old})).json()
    assert (read["messages"][0]["id"], len(read["messages"])) == (old, 33)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"message": 5}', b'{"message": "' + b"x" * 2_000 + b'"}']
)
async def test_what_names_no_message_is_refused_with_a_sentence(body, ann, talk):
    answer = await ann.browser.post(path(talk[0]), content=body)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("This names no message.")


async def test_what_is_not_ones_own_is_not_there(ann, ben, talk):
    place, old = talk
    told = [
        await ben.browser.post(path(where), json={"message": old})
        for where in (place, uuid4(), "x")
    ]
    assert {(each.status_code, each.content) for each in told} == {
        (404, b'{"error":"This conversation does not exist."}')
    }
    refused = await ann.browser.post(path(place), json={"message": str(uuid4())})
    assert (refused.status_code, refused.json()["error"]) == (404, "This message does not exist.")


async def test_nobody_changes_nothing(visitor, talk):
    answer = await visitor.post(path(talk[0]), json={"message": talk[1]})
    assert answer.status_code == 401
