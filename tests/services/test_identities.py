"""Ways to sign in: found by issuer and subject only, added and removed by who is signed in."""

import asyncio
from uuid import uuid4

import pytest

from assistant.errors import NotFound, Refused, SignInFailed, StepUpNeeded
from assistant.services.accounts import Person, arrive, name_of
from assistant.services.identities import link, listed, unlink
from tests.services.talk import rows, unlink_during


def somebody(**said):
    return Person("google", "https://accounts.google.com", uuid4().hex, "Zoë", "zoe@x.org", **said)


async def test_who_arrives_twice_is_one_user_whose_label_is_the_latest(db):
    person = somebody()
    user_id = (await arrive(person)).user_id
    changed = Person(person.provider, person.issuer, person.subject, "Other", "new@x.org")
    assert (await arrive(changed)).user_id == user_id
    (identity,) = await listed(user_id)
    assert identity.label == "new@x.org"
    assert await name_of(user_id) == "Zoë"  # the name is the user's own from then on


async def test_ten_first_arrivals_at_once_make_one_account(db):
    person = somebody()
    arrived = await asyncio.gather(*(arrive(person) for _ in range(10)))
    assert len({tokens.user_id for tokens in arrived}) == 1


async def test_addresses_and_names_are_kept_sealed(db):
    user_id = (await arrive(somebody())).user_id
    (row,) = await rows(db, "select label from identities where user_id = $1", user_id)
    assert b"zoe" not in row["label"]


async def test_a_way_in_is_linked_once_however_often_it_is_asked_for(alice):
    person = somebody()
    for _ in range(2):
        await link(alice, person)
    assert [each.provider for each in await listed(alice.id)] == ["local", "google"]
    assert (await arrive(person)).user_id == alice.id


async def test_an_identity_that_is_unlinked_at_the_same_moment_begins_no_session(alice, db):
    person = somebody()
    await link(alice, person)
    with pytest.raises(SignInFailed):
        await unlink_during(db, alice.id, person.subject, arrive(person))
    sessions = await rows(db, "select id from login_sessions where user_id = $1", alice.id)
    assert [row["id"] for row in sessions] == [alice.session_id]


async def test_two_who_link_the_same_way_in_at_once_do_not_both_get_it(alice, bob):
    person = somebody()
    told = await asyncio.gather(link(alice, person), link(bob, person), return_exceptions=True)
    assert sorted(type(each) for each in told if each) == [SignInFailed]
    owners = [user for user in (alice, bob) if len(await listed(user.id)) == 2]
    assert len(owners) == 1


async def test_linking_and_unlinking_need_a_fresh_sign_in(alice, db):
    await link(alice, somebody())
    first, _ = await listed(alice.id)
    old = "update login_sessions set fresh_at = now() - interval '6 minutes' where id = $1"
    await rows(db, old, alice.session_id)
    with pytest.raises(StepUpNeeded):
        await link(alice, somebody())
    with pytest.raises(StepUpNeeded):
        await unlink(alice, first.id)
    assert len(await listed(alice.id)) == 2


async def test_the_last_way_in_stays(alice):
    (only,) = await listed(alice.id)
    with pytest.raises(Refused):
        await unlink(alice, only.id)
    assert await listed(alice.id) == [only]


async def test_two_removals_at_once_leave_one_way_in(alice):
    await link(alice, somebody())
    both = await listed(alice.id)
    told = await asyncio.gather(*(unlink(alice, each.id) for each in both), return_exceptions=True)
    assert [type(each) for each in told if each] == [Refused]
    assert len(await listed(alice.id)) == 1


async def test_a_way_in_of_somebody_else_is_not_there(alice, bob):
    await link(bob, somebody())
    for stranger in [each.id for each in await listed(bob.id)] + [uuid4()]:
        with pytest.raises(NotFound):
            await unlink(alice, stranger)
    assert len(await listed(bob.id)) == 2
