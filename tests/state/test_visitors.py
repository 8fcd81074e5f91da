"""A visitor who is not signed in leaves nothing, however often they come; a user's page is kept."""

from uuid import uuid4

import pytest
import reflex as rx
from redis.asyncio import Redis
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken

from assistant.app import app
from assistant.services.sessions import vouched
from assistant.state import visitors
from assistant.state.base import BaseState
from assistant.state.commands import USER_HEADER
from tests.services.talk import eventually

NAMESPACE = app.event_namespace


@pytest.fixture
def no_rest(monkeypatch):
    """They are forgotten at once."""
    monkeypatch.setattr(visitors, "COMES_BACK_SECONDS", 0.0)


async def connected(token, header=""):
    """The socket of a page that has begun to listen, under a header of the guard's or as nobody."""
    environ = {"QUERY_STRING": f"token={token}"} | ({USER_HEADER: header} if header else {})
    sid = str(uuid4())
    await NAMESPACE.on_connect(sid, environ)
    assert NAMESPACE.sid_to_token[sid] == token
    return sid


async def left(sid):
    """Its page is gone."""
    await NAMESPACE.on_disconnect(sid)


async def test_the_state_of_a_visitor_goes_with_the_page(no_rest):
    tokens = [str(uuid4()) for _ in range(5)]
    with app.set_contexts():
        for token in tokens:
            sid = await connected(token)
            assert token in app.state_manager.states
            await left(sid)

        async def all_forgotten():
            return not set(tokens) & set(app.state_manager.states)

        assert await eventually(all_forgotten)


async def test_a_page_that_comes_back_at_once_finds_its_state(no_rest):
    token, other = str(uuid4()), str(uuid4())
    with app.set_contexts():
        await left(await connected(token))
        again = await connected(token)
        await left(await connected(other))

        async def forgotten():
            return other not in app.state_manager.states

        assert await eventually(forgotten)
        assert token in app.state_manager.states
        await left(again)


async def test_the_state_of_a_user_outlives_a_lost_line(no_rest, alice):
    theirs, nobodys = str(uuid4()), str(uuid4())
    with app.set_contexts():
        await left(await connected(theirs, vouched(alice)))
        await left(await connected(nobodys))

        async def forgotten():
            return nobodys not in app.state_manager.states

        assert await eventually(forgotten)
        assert theirs in app.state_manager.states


async def test_it_goes_from_redis_too(valkey):
    async with Redis.from_url(valkey.connection_url) as client:
        states = StateManagerRedis(redis=client)
        token = BaseStateToken(ident=str(uuid4()), cls=rx.State)
        async with states.modify_state(token) as root:
            (await root.get_state(BaseState)).problem = "Something"
        assert await client.keys(f"{token.ident}*") != []
        await visitors.forget(states, token)
        assert await client.keys(f"{token.ident}*") == []
        await states.close()
