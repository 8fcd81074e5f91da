"""What a turn is given to begin with."""

from uuid import UUID

from assistant.services import turn_begin, turns
from assistant.services.accounts import set_usual_model
from tests.services.talk import ask, ended, rows, say, wish
from tests.services.waiting import kept


async def job_of(monkeypatch, user, words, conversation_id=None):
    """The job with which the next turn of these words begins."""
    jobs = []
    original = turn_begin.Job

    def noted(**values):
        jobs.append(original(**values))
        return jobs[-1]

    monkeypatch.setattr(turn_begin, "Job", noted)
    await say(user, words, conversation_id)
    return jobs[-1]


async def test_a_conversation_in_which_others_were_read_says_so(alice, demo, db, monkeypatch):
    await kept(alice)
    state = await ask(alice, "hello")
    (row,) = await rows(db, "select id from conversations where user_id = $1", alice.id)
    place = UUID(str(row["id"]))
    assert state.status == "done"
    assert not (await job_of(monkeypatch, alice, "hello", place)).tainted
    sql = "update conversations set metadata = metadata || '{\"tainted\": true}' where id = $1"
    await rows(db, sql, place)
    await rows(db, "update turns set status = 'done' where user_id = $1", alice.id)
    assert (await job_of(monkeypatch, alice, "hello", place)).tainted


async def test_who_names_no_model_is_answered_by_the_usual_one_and_where_one_answers_by_that(
    alice, vendors
):
    await set_usual_model(alice.id, "gpt-6-astra")
    begun = await turns.send(alice.id, None, "hello", wish(model=""))
    await ended(alice, begun)
    await set_usual_model(alice.id, "claude-sonnet-5-5")
    again = await turns.send(alice.id, begun.conversation_id, "and?", wish(model=""))
    await ended(alice, again)
    asked = [seen.model for seen in vendors.requests if seen.body.get("tools")]
    assert asked == ["gpt-6-astra"] * 2
