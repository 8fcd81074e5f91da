"""What a turn is given to begin with."""

from uuid import UUID

from assistant.services import turn_begin
from tests.services.talk import ask, rows, say
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
