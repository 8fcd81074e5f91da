"""Which messages a summary takes, and when a conversation is long."""

from assistant.agent.types import Message, Text
from assistant.services.contents import words
from assistant.services.summaries import AT_ONCE, KEPT, chosen, is_long
from tests.services.long_talks import BUDGET


def branch(*messages: tuple[str, int], status: str = "done"):
    return [
        {"role": role, "size": 3 * size, "status": status, "id": at}
        for at, (role, size) in enumerate(messages)
    ]


EXCHANGE = (("user", 100), ("assistant", 100))


def test_the_newest_stay_out_and_what_stays_begins_with_the_user():
    talk = branch(*EXCHANGE * 12)
    older = chosen(talk, BUDGET)
    rest = talk[len(older) :]
    assert rest[0]["role"] == "user"
    assert sum(each["size"] for each in rest) / 3 <= BUDGET * KEPT


def test_the_last_exchange_stays_out_however_long_it_is():
    talk = branch(*EXCHANGE, ("user", 900), ("assistant", 900))
    assert chosen(talk, BUDGET) == talk[:2]
    assert not chosen(branch(*EXCHANGE), BUDGET)
    assert not chosen([], BUDGET)


def test_no_more_at_once_than_one_request_holds_but_always_an_exchange():
    older = chosen(branch(*EXCHANGE * 100), BUDGET)
    assert 0 < sum(each["size"] for each in older) / 3 <= BUDGET * AT_ONCE
    huge = branch(("user", 9_000), ("assistant", 9_000), *EXCHANGE * 9)
    assert chosen(huge, BUDGET)[:2] == huge[:2]


def test_what_still_changes_is_not_summarised():
    talk = branch(*EXCHANGE * 12)
    talk[3]["status"] = "waiting"
    assert chosen(talk, BUDGET) == talk[:2]


def test_a_conversation_is_long_by_what_was_read_and_what_was_answered():
    said = [Message("user", (Text("x" * 2_900),))] * 2  # each just under a quarter of it
    assert not is_long(said, words("x"), BUDGET)
    assert is_long(said, words("x" * 300), BUDGET)
    assert is_long(said * 2, words("x"), BUDGET)
    # One of whatever size counts as what it is given in later turns.
    assert not is_long([Message("user", (Text("x" * 90_000),))], words("x"), BUDGET)
