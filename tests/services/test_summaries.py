"""What a model reads in place of the older part of a long conversation."""

import asyncio

import pytest

from assistant.agent.catalog import SMALL
from assistant.services import summaries
from assistant.services.summaries import LONG
from tests.services.long_talks import (
    BUDGET,
    COUNT,
    long_talk,
    requests,
    sent,
    settled,
    small_budget,
    summarised,
)
from tests.services.talk import ask, ended, rows, say, shown
from tests.vendors import Call, Say, Script

__all__ = ["small_budget"]


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
