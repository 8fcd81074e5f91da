"""What a model reads in place of the older part of a long conversation."""

import asyncio
import json
from uuid import UUID

import pytest

from assistant.agent.catalog import SMALL
from assistant.agent.types import Message, Text
from assistant.config import settings
from assistant.services import asking_anew, background, summaries, turns, versions
from assistant.services.contents import words
from assistant.services.summaries import AT_ONCE, KEPT, LONG, chosen, is_long
from tests.e2e.seed import hold
from tests.services.talk import ask, ended, rows, say, shown, wish
from tests.vendors import Call, Say, Script
from tests.vendors.directives import SUMMARY_MARK

BUDGET = 4_000  # tokens
COUNT = 16  # messages of 200 tokens


@pytest.fixture(autouse=True)
def small_budget(monkeypatch):
    monkeypatch.setenv("HISTORY_TOKENS", str(BUDGET))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def long_talk(user, count: int = COUNT) -> UUID:
    said = {str(number): f"word{number:03d} {'x' * 560}" for number in range(count)}
    return await hold(user.id, "A long talk", count, said=said)


async def settled() -> None:
    """Wait for what goes on behind an answer."""
    while background._tasks:
        await asyncio.gather(*background._tasks)


def requests(vendors, *, of_summaries: bool):
    told = [seen for seen in vendors.requests if seen.vendor == "anthropic"]
    return [s for s in told if str(s.body["system"]).count(SUMMARY_MARK) == of_summaries]


def sent(vendors) -> str:
    """What the last answer was asked with."""
    return json.dumps(requests(vendors, of_summaries=False)[-1].body["messages"])


async def summarised(user, place) -> list[dict]:
    return [m for m in await shown(user, place) if "summarised" in m]


async def test_what_outgrows_the_budget_is_summarised_behind_the_answer(alice, vendors, db):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    assert "summary_of_earlier_messages" not in sent(vendors)
    await settled()
    (request,) = requests(vendors, of_summaries=True)
    assert request.model == SMALL["anthropic"]
    assert "User: word000" in str(request.body)
    assert "Assistant: word001" in str(request.body)
    await ask(alice, "And then?", place)
    assert "summary_of_earlier_messages" in sent(vendors)
    assert "word000 " in sent(vendors)  # of the summary
    assert "word003 " not in sent(vendors)
    assert f"word{COUNT - 1:03d} " in sent(vendors)


async def test_the_page_has_the_marker_at_its_place_and_all_messages(alice, vendors):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    said = await shown(alice, place)
    assert len(said) == COUNT + 2
    (at,) = (number for number, each in enumerate(said) if "summarised" in each)
    summary = said[at]["summarised"]
    assert summary["messages"] == at + 1
    assert summary["text"].startswith("User: word000")
    assert said[at + 1]["role"] == "user"


async def test_it_is_sent_the_same_from_turn_to_turn_until_it_is_extended(alice, vendors):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    for _ in range(3):
        await ask(alice, "Short?", place)
        await settled()
    first, *others = [r.body["messages"] for r in requests(vendors, of_summaries=False)[-3:]]
    assert all(other[: len(first)] == first for other in others)
    assert len(requests(vendors, of_summaries=True)) == 1


async def test_it_is_extended_by_what_came_since_and_counts_on(alice, vendors):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    (before,) = await summarised(alice, place)
    for number in range(6):
        await ask(alice, f"later{number} {'y' * 1_000}", place)
        await settled()
    asked = requests(vendors, of_summaries=True)[-1].body["messages"][0]["content"][0]["text"]
    earlier, fresh = asked.split("<messages>")
    assert earlier.startswith("<summary_so_far>")
    assert "User: word000" in earlier
    assert "User: word000" not in fresh
    assert "later0" in fresh
    (after,) = await summarised(alice, place)
    assert after["summarised"]["messages"] > before["summarised"]["messages"]
    assert after["summarised"]["text"].startswith("Before that:")


async def test_it_is_sealed_and_its_cost_is_booked_with_its_purpose(alice, vendors, db):
    place = await long_talk(alice)
    started = await say(alice, "And now?", place)
    await ended(alice, started)
    await settled()
    (row,) = await rows(db, "select summary, metadata from conversations where id = $1", place)
    assert b"word000" not in row["summary"]
    assert "summarised_at" not in row["metadata"]
    (paid,) = await rows(
        db, "select * from usage_logs where user_id = $1 and purpose = 'summary'", alice.id
    )
    assert (paid["model"], paid["turn_id"]) == (SMALL["anthropic"], started.turn_id)
    assert paid["cost"] > 0


@pytest.mark.parametrize(
    "answer",
    [
        Script(status=529),
        Script((Say(("I cannot summarise that.",)),)),
        Script(fault="cut", after=1),
    ],
    ids=["away", "declined", "cut"],
)
async def test_where_it_fails_the_oldest_are_cut_away_and_it_is_tried_again_later(
    alice, vendors, db, answer
):
    place = await long_talk(alice, 40)
    for vendor in ("anthropic", "openai", "google"):
        vendors.then(vendor, answer, to_summaries=True)
    await ask(alice, "And now?", place)
    await settled()
    assert await summarised(alice, place) == []
    asked = len(requests(vendors, of_summaries=True))
    await ask(alice, "And then?", place)
    await settled()
    assert len(requests(vendors, of_summaries=True)) == asked
    assert "word003 " not in sent(vendors)
    assert "word039 " in sent(vendors)
    await rows(db, """
        update conversations set metadata = '{"summarised_at": "2026-01-01T00:00:00Z"}'
        where id = $1
    """, place)  # fmt: skip
    vendors.forget()
    await ask(alice, "And at last?", place)
    await settled()
    assert len(await summarised(alice, place)) == 1


async def test_a_long_backlog_is_worked_off_answer_by_answer(alice, vendors):
    place = await long_talk(alice, 60)
    counts = []
    for _ in range(8):
        await ask(alice, "And now?", place)
        await settled()
        counts += [m["summarised"]["messages"] for m in await summarised(alice, place)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    assert 60 - counts[-1] <= BUDGET * LONG / 200
    text = str([r.body for r in requests(vendors, of_summaries=True)])
    told = [text.count(f"User: word{number:03d} {'x' * 40}") for number in range(0, 40, 2)]
    assert told == [1] * 20


async def test_it_holds_for_no_branch_on_which_its_last_message_does_not_stand(alice, vendors, db):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    ids = [UUID(m["id"]) for m in await shown(alice, place)]
    await rows(db, "update conversations set head_id = $2 where id = $1", place, ids[3])
    await ask(alice, "Another way?", place)
    await settled()
    assert "summary_of_earlier_messages" not in sent(vendors)
    assert "word003 " in sent(vendors)
    assert await summarised(alice, place) == []


async def test_an_edit_above_it_reads_none_and_turning_back_brings_it_back(alice, vendors):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    before = await shown(alice, place)
    (marker,) = await summarised(alice, place)
    old = before[2]["id"]
    edited = await asking_anew.edit(alice.id, UUID(old), "word002 in other words", wish())
    await ended(alice, edited)
    await settled()
    assert "summary_of_earlier_messages" not in sent(vendors)
    assert ("word001 " in sent(vendors), "word003 " in sent(vendors)) == (True, False)
    assert await summarised(alice, place) == []
    await versions.show(alice.id, place, UUID(old))
    (again,) = await summarised(alice, place)
    assert (again["id"], again["summarised"]) == (marker["id"], marker["summarised"])
    await ask(alice, "And then?", place)
    assert "summary_of_earlier_messages" in sent(vendors)
    assert "other words" not in sent(vendors)


async def test_on_another_branch_it_is_made_anew(alice, vendors, db):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    ids = [UUID(m["id"]) for m in await shown(alice, place)]
    await rows(db, "update conversations set head_id = $2 where id = $1", place, ids[3])
    for number in range(6):
        await ask(alice, f"other{number} {'z' * 2_000}", place)
        await settled()
    asked = requests(vendors, of_summaries=True)[1].body["messages"][0]["content"][0]["text"]
    assert "summary_so_far" not in asked
    assert "User: word000" in asked
    assert "other0" in asked
    assert "word005" not in asked


async def test_a_retry_reads_the_summary_and_answers_the_same_question(alice, vendors):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    reply = UUID((await shown(alice, place))[-1]["id"])
    await ended(alice, await turns.retry(alice.id, reply, wish()))
    assert "summary_of_earlier_messages" in sent(vendors)
    assert "And now?" in sent(vendors)


async def test_what_was_read_of_others_makes_it_untrusted(alice, vendors, db):
    place = await long_talk(alice)
    await rows(
        db, """update conversations set metadata = '{"tainted": true}' where id = $1""", place
    )
    await ask(alice, "And now?", place)
    await settled()
    (marker,) = await summarised(alice, place)
    assert marker["summarised"]["untrusted"]
    await ask(alice, "And then?", place)
    assert '<data_written_by_others from=\\"summary\\">' in sent(vendors)


async def test_the_gate_knows_that_a_summary_holds_others_words(alice, vendors, db):
    place = await long_talk(alice)
    mark = "update conversations set metadata = $2::jsonb where id = $1"
    await rows(db, mark, place, '{"tainted": true}')
    await ask(alice, "And now?", place)
    await settled()
    await rows(db, mark, place, "{}")  # nothing else tells of it any more
    page = Call("web_fetch", ('{"url": "https://other.example/x"}',))
    vendors.then("anthropic", Script((Say(("Let me see.",)), page)))
    assert (await ask(alice, "Go on", place)).status == "waiting"


async def test_one_that_does_not_open_is_none_and_another_is_made(alice, vendors, db):
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    await rows(
        db, r"update conversations set summary = '\x00' || substr(summary, 2) where id = $1", place
    )
    assert await summarised(alice, place) == []
    await ask(alice, "And then?", place)
    assert "word003 " in sent(vendors)
    await settled()
    (marker,) = await summarised(alice, place)
    assert marker["summarised"]["text"].startswith("User: word000")


async def test_two_at_once_ask_for_one(alice, vendors):
    place = await long_talk(alice)
    started = await say(alice, "And now?", place)
    await ended(alice, started)
    both = (summaries.extend(alice.id, place, started.turn_id, BUDGET) for _ in range(2))
    await asyncio.gather(*both)
    await settled()
    assert len(requests(vendors, of_summaries=True)) == 1


async def test_nobody_extends_the_summary_of_another(alice, bob, vendors):
    place = await long_talk(alice)
    started = await say(alice, "[[tokens=2]]", place)
    await ended(alice, started)
    await settled()
    asked = len(requests(vendors, of_summaries=True))
    await summaries.extend(bob.id, place, started.turn_id, BUDGET)
    assert len(requests(vendors, of_summaries=True)) == asked


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
