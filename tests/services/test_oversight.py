"""What an operator sees of everybody, and that nobody else sees anything."""

from uuid import uuid4

import pytest

from assistant.errors import NotFound
from assistant.services import model_choice
from assistant.services.oversight import mark, report
from tests.conftest import all_ended
from tests.services.overseen import operator
from tests.services.talk import ask, ended, rows, say

__all__ = ["operator"]


LOOKS = "select count(*) as looks from operator_visits where user_id = $1"


async def test_who_is_no_operator_finds_no_such_page(bob, db):
    with pytest.raises(NotFound, match="This page does not exist"):
        await report(bob.id)
    assert await rows(db, LOOKS, bob.id) == [{"looks": 0}]


async def test_each_look_is_noted_and_shown(operator, db):
    await report(operator.id)
    found = await report(operator.id)
    assert await rows(db, LOOKS, operator.id) == [{"looks": 2}]
    assert [who for who, _ in found.looks[:2]] == [mark(operator.id)] * 2


async def test_an_operator_is_one_no_more_at_the_next_look(operator, db):
    await report(operator.id)
    await rows(db, "delete from operators where user_id = $1", operator.id)
    with pytest.raises(NotFound):
        await report(operator.id)


async def test_users_are_counted_by_what_they_did(operator, bob, demo, db):
    before = await report(operator.id)
    await ask(bob, "Hello")
    found = await report(operator.id)
    assert (found.users, found.active) == (before.users, before.active + 1)
    old = "update profiles set created_at = now() - interval '40 days' where user_id = $1"
    await rows(db, old, bob.id)
    later = await report(operator.id)
    assert (later.users, later.fresh) == (before.users, before.fresh - 1)


async def test_the_dearest_users_and_conversations_come_first(operator, bob, vendors, db):
    await ask(bob, "Few [[tokens=10]]")
    dear = await say(bob, "Many [[tokens=3000]]")
    await ended(bob, dear)
    await all_ended()
    found = await report(operator.id)
    costs = [each.cost for each in found.talks]
    assert costs == sorted(costs, reverse=True)
    (talk,) = await rows(
        db,
        "select conversation_id as id, sum(cost) as cost from usage_logs "
        "join turns on turns.id = turn_id where turns.id = $1 group by 1",
        dear.turn_id,
    )
    (told,) = [each for each in found.talks if each.name == mark(talk["id"])]
    assert (told.user, told.cost) == (mark(bob.id), talk["cost"])
    assert [e.cost for e in found.spenders] == sorted(
        (e.cost for e in found.spenders), reverse=True
    )


async def test_nothing_that_anybody_wrote_or_is_called_by_is_in_it(operator, bob, demo, db):
    await ask(bob, "kestrel")
    told = str(await report(operator.id))
    assert "kestrel" not in told
    assert "Bob" not in told
    assert str(bob.id) not in told


async def test_a_model_that_fails_is_told_by_this_worker(operator, bob, vendors, db):
    await ask(bob, "Hello [[anthropic:http=529]]")
    found = await report(operator.id)
    claude = next(each for each in found.models if each.model == "Claude Sonnet 5.5")
    assert (claude.vendor, claude.failures, claude.is_resting) == ("Anthropic", 1, False)
    for _ in range(2):
        await ask(bob, "Hello [[anthropic:http=529]]")
    found = await report(operator.id)
    claude = next(each for each in found.models if each.model == "Claude Sonnet 5.5")
    assert (claude.failures, claude.is_resting) == (3, True)
    gpt = next(each for each in found.models if each.model == "GPT-6.2 Sol")
    assert gpt.failures == 0
    assert gpt.answers >= 3


async def test_answers_that_failed_are_counted_by_their_model(operator, bob, vendors, db):
    before = {each.model: each.failed for each in (await report(operator.id)).models}
    await ask(bob, "Hello [[http=529]]")
    after = {each.model: each.failed for each in (await report(operator.id)).models}
    assert sum(after.values()) == sum(before.values()) + 1


async def test_notices_of_stripe_that_failed_are_listed(operator, bob, db):
    notice = """
        insert into stripe_events (id, user_id, event_id, type, happened_at, status, reason, tries)
        values ($1, $2, $3, 'invoice.paid', now(), $4, 'BillingAway', 2)
    """
    failed, done = f"evt_{uuid4().hex}", f"evt_{uuid4().hex}"
    await rows(db, notice, uuid4(), bob.id, failed, "failed")
    await rows(db, notice, uuid4(), bob.id, done, "done")
    found = {each.id: each for each in (await report(operator.id)).notices}
    assert (found[failed].type, found[failed].reason, found[failed].tries) == (
        "invoice.paid", "BillingAway", 2,
    )  # fmt: skip
    assert done not in found


def test_each_purpose_has_its_breaker():
    assert set(model_choice.PURPOSES) == {"answer", "title"}
