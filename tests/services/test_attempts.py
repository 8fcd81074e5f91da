"""Attempts to sign in: who finds them again, and what is kept of them meanwhile."""

from uuid import uuid4

import pytest

from assistant.errors import NotFound, SignInFailed
from assistant.services import attempts, reaper
from assistant.services.attempts import begin, claim
from assistant.services.sessions import User
from tests.identity.conftest import providers  # noqa: F401  (a fixture)
from tests.services.talk import rows


def plan_of(address):
    return dict(part.split("=", 1) for part in address.partition("?")[2].split("&"))


async def test_what_an_attempt_needs_is_kept_sealed(alice, providers, db):  # noqa: F811
    mark = uuid4()
    asked = plan_of(await begin("google", mark, "/settings", linking=alice))
    (row,) = await rows(db, "select * from sign_in_attempts where id = $1", asked["state"])
    assert row["provider"] == "google"
    for secret in (asked["nonce"], str(alice.id), "/settings"):
        assert secret.encode() not in row["plan"]
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http%3A%2F%2Flocalhost%3A3000%2Fauth%2Fcallback%2Fgoogle"


async def test_each_attempt_has_its_own_state_nonce_and_challenge(providers):  # noqa: F811
    mark = uuid4()
    made = [plan_of(await begin("google", mark, "/")) for _ in range(5)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({each[name] for each in made}) == 5


async def test_only_the_browser_that_began_finds_its_attempt(providers):  # noqa: F811
    mark = uuid4()
    state = plan_of(await begin("google", mark, "/"))["state"]
    for stranger in (None, uuid4()):
        assert await attempts._claimed(stranger, state) is None
    assert str((await attempts._claimed(mark, state)).id) == state
    assert await attempts._claimed(mark, state) is None


async def test_no_mark_makes_anybody_act_in_the_name_of_a_user(alice, providers, db):  # noqa: F811
    state = plan_of(await begin("google", alice.id, "/"))["state"]
    (row,) = await rows(db, "select user_id from sign_in_attempts where id = $1", state)
    assert row["user_id"] != alice.id
    assert await attempts._claimed(row["user_id"], state) is None  # nor does its name lead to it
    assert await attempts._claimed(alice.id, state)


async def test_attempts_that_were_never_finished_are_removed(providers, db):  # noqa: F811
    old, new = [plan_of(await begin("google", uuid4(), "/"))["state"] for _ in range(2)]
    await rows(db, "update sign_in_attempts set expires_at = now() where id = $1", old)
    await reaper.purge_once()
    left = await rows(db, "select id from sign_in_attempts where id in ($1, $2)", old, new)
    assert [str(row["id"]) for row in left] == [new]


async def test_what_an_attack_left_is_removed_in_one_go(db):
    attempts_ = """
        insert into sign_in_attempts (id, user_id, provider, plan, expires_at)
        select gen_random_uuid(), gen_random_uuid(), 'google', '\\x00', now() - interval '1 minute'
        from generate_series(1, 3000)
    """
    await rows(db, attempts_)
    await reaper.purge_once()
    assert await rows(db, "select 1 from sign_in_attempts where expires_at < now()") == []


async def test_a_provider_that_is_not_set_up_begins_and_finishes_nothing(db):
    for provider in ("google", "local", ""):
        with pytest.raises(NotFound):
            await begin(provider, uuid4(), "/")
        with pytest.raises(NotFound):
            await claim(provider, uuid4(), "")


async def test_a_provider_that_cannot_be_reached_is_away(providers, db):  # noqa: F811
    await providers.__aexit__()
    with pytest.raises(SignInFailed) as caught:
        await begin("google", uuid4(), "/")
    assert caught.value.why == "away"


def test_who_has_begun_is_read_as_it_was_written():
    user = User(uuid4(), uuid4())
    assert attempts._by(f"{user.id} {user.session_id}") == user
    assert attempts._by("") is None
