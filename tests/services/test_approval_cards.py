"""The card of a call that waits, and what binds it to the call."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.acts import Act, Effect, Intent, Target
from assistant.agent.types import ToolAsked, ToolCall
from assistant.services import contents
from assistant.services.approval_cards import card_of, facts, shown
from assistant.vault import new_wrapped_key, unlock

ID = uuid4()
INTENT = Intent(Effect.SEND, "Send it to bob", (Target("recipient", "bob@example.com"),))
JSON = st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x, max_size=3))
ARGUMENTS = st.dictionaries(st.text(max_size=5), JSON, max_size=3)


@pytest.fixture(scope="module")
def vault(prepared):
    user = uuid4()
    return unlock(user, new_wrapped_key(user))


def test_it_says_what_would_happen_to_whom_and_who_named_them(vault):
    asked = ToolAsked(ToolCall("c", "send", {"a": 1}), Act(INTENT, "", ("untrusted",)), 10.0)
    card = card_of(asked, vault)
    assert card["sentence"] == "Send it to bob"
    target = {"kind": "recipient", "value": "bob@example.com", "origin": "untrusted"}
    assert card["targets"] == [target]
    assert (card["status"], card["delay"], card["effect"]) == ("pending", 10.0, "send")


def test_what_a_grant_allows_is_approved_already(vault):
    card = card_of(ToolAsked(ToolCall("c", "send", {}), Act(INTENT, "g")), vault)
    assert (card["status"], card["rule"]) == ("approved", "g")


def test_what_the_user_writes_is_the_users():
    assert facts(Act(INTENT))["targets"][0]["origin"] == "user"


@given(one=ARGUMENTS, other=ARGUMENTS)
def test_it_stands_for_these_arguments_and_no_others(one, other, vault):
    same = shown(ID, "send", one, vault) == shown(ID, "send", other, vault)
    assert same == (one == other)


def test_it_stands_for_this_call_of_this_user(vault):
    user = uuid4()
    theirs = unlock(user, new_wrapped_key(user))
    known = {shown(ID, "send", {}, vault)}
    known |= {shown(uuid4(), "send", {}, vault), shown(ID, "sent", {}, vault)}
    assert len(known | {shown(ID, "send", {}, theirs)}) == 4


def test_it_stands_for_what_is_stored_of_them(vault):
    said = {"text": "half a symbol: \ud83d, and a NUL: \x00"}
    stored = contents.read(contents.dump(said), [])
    assert stored != said
    assert shown(ID, "send", said, vault) == shown(ID, "send", stored, vault)
