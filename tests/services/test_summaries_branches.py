"""A summary holds on the branches on which its last message stands."""

from uuid import UUID

from assistant.services import asking_anew, turns, versions
from tests.services.long_talks import long_talk, requests, sent, settled, small_budget, summarised
from tests.services.talk import ask, ended, rows, shown, wish

__all__ = ["small_budget"]


async def summarised_talk(alice):
    """A talk so long that a summary of it is kept."""
    place = await long_talk(alice)
    await ask(alice, "And now?", place)
    await settled()
    return place


async def turned_back(alice, place, db):
    """The talk goes on from its fourth message, on another branch."""
    ids = [UUID(m["id"]) for m in await shown(alice, place)]
    await rows(db, "update conversations set head_id = $2 where id = $1", place, ids[3])


async def test_it_holds_for_no_branch_on_which_its_last_message_does_not_stand(alice, vendors, db):
    place = await summarised_talk(alice)
    await turned_back(alice, place, db)
    await ask(alice, "Another way?", place)
    await settled()
    assert "summary_of_earlier_messages" not in sent(vendors)
    assert "word003 " in sent(vendors)
    assert await summarised(alice, place) == []


async def test_an_edit_above_it_reads_none_and_turning_back_brings_it_back(alice, vendors):
    place = await summarised_talk(alice)
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
    place = await summarised_talk(alice)
    await turned_back(alice, place, db)
    for number in range(6):
        await ask(alice, f"other{number} {'z' * 2_000}", place)
        await settled()
    asked = requests(vendors, of_summaries=True)[1].body["messages"][0]["content"][0]["text"]
    assert "summary_so_far" not in asked
    assert "User: word000" in asked
    assert "other0" in asked
    assert "word005" not in asked


async def test_a_retry_reads_the_summary_and_answers_the_same_question(alice, vendors):
    place = await summarised_talk(alice)
    reply = UUID((await shown(alice, place))[-1]["id"])
    await ended(alice, await turns.retry(alice.id, reply, wish()))
    assert "summary_of_earlier_messages" in sent(vendors)
    assert "And now?" in sent(vendors)
