"""Reflex's state in a real Valkey: sealed, bound to its key, and nothing foreign is unpickled."""

import asyncio
import pickle
from uuid import uuid4

import pytest
import reflex as rx
from redis.asyncio import Redis
from reflex.istate.manager.disk import StateManagerDisk
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken, StateToken
from reflex.state import StateUpdate
from reflex.utils.token_manager import RedisTokenManager

from assistant.errors import CannotStart
from assistant.state import at_rest
from assistant.state.base import BaseState
from tests.services.talk import eventually

CANARY = "canary in a problem"
RAN: list[str] = []


class Bomb:
    """Unpickling it runs code."""

    def __reduce__(self):
        return RAN.append, ("ran",)


class App:
    """As much of an app as `seal_states` touches."""

    def __init__(self, states, sockets=None) -> None:
        self._state_manager = states
        self.event_namespace = type("Namespace", (), {"_token_manager": sockets})

    @property
    def state_manager(self):
        return self._state_manager


@pytest.fixture
async def app(valkey):
    clients = [Redis.from_url(valkey.connection_url) for _ in range(2)]
    made = App(StateManagerRedis(redis=clients[0]), RedisTokenManager(clients[1]))
    at_rest.seal_states(made)
    yield made
    await made.state_manager.close()
    if (listening := made.state_manager._lock_task) is not None:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await made.event_namespace._token_manager.close()
    for client in clients:
        await client.aclose(close_connection_pool=True)


@pytest.fixture
async def raw(valkey):
    async with Redis.from_url(valkey.connection_url) as client:
        await client.flushall()
        yield client


async def kept(app, token) -> None:
    """A state with the canary, written to Redis."""
    async with app.state_manager.modify_state(token) as root:
        (await root.get_state(BaseState)).problem = CANARY
    await app.state_manager.close()


async def problem(app, token) -> str:
    root = await app.state_manager.get_state(token)
    return (await root.get_state(BaseState)).problem


async def everything(raw) -> dict[bytes, bytes]:
    names = await raw.keys("*")
    return {name: await raw.get(name) for name in names if await raw.type(name) == b"string"}


@pytest.fixture
def token() -> BaseStateToken:
    return BaseStateToken(ident=str(uuid4()), cls=rx.State)


async def test_nothing_lies_in_clear_and_it_is_read_again(app, raw, token):
    await kept(app, token)
    stored = await everything(raw)
    assert any(token.ident.encode() in name for name in stored)
    for value in stored.values():
        assert CANARY.encode() not in value
        assert b"assistant" not in value
        assert b"reflex" not in value
        assert not value.startswith(b"\x80")
        with pytest.raises((pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError)):
            pickle.loads(value)  # noqa: S301
    assert await problem(app, token) == CANARY


async def test_what_we_did_not_seal_for_this_key_counts_as_no_state(app, raw, token):
    await kept(app, token)
    stored = await everything(raw)
    other = BaseStateToken(ident=str(uuid4()), cls=rx.State)
    RAN.clear()
    for name, value in stored.items():
        bomb = pickle.dumps((None, Bomb()))
        for wrong in (bomb, value[:-1] + bytes([value[-1] ^ 1]), b"", b"\x01"):
            await raw.set(name, wrong)
            assert (await app.state_manager.get_state(token)) is not None
        await raw.set(name.replace(token.ident.encode(), other.ident.encode()), value)
    assert await problem(app, token) == ""
    assert await problem(app, other) == ""
    assert not RAN


async def test_records_of_sockets_are_sealed_and_bound_to_their_key(app, raw):
    sockets = app.event_namespace._token_manager
    assert await sockets.link_token_to_sid("token", "socket") is None
    key = sockets._get_redis_key("token")
    value = await raw.get(key)
    assert b"socket" not in value
    sockets.token_to_socket.clear()
    assert (await sockets._fetch_socket_record("token")).sid == "socket"
    await raw.set(sockets._get_redis_key("another"), value)
    await raw.set(key, pickle.dumps(Bomb()))
    RAN.clear()
    assert await sockets._fetch_socket_record("another") is None
    assert await sockets._fetch_socket_record("token") is None
    assert not RAN


async def test_changes_for_other_processes_are_sealed_and_forged_ones_are_dropped(app, raw, valkey):
    sockets, got = app.event_namespace._token_manager, asyncio.Queue()

    async def emit(update, token) -> None:
        await got.put((update.delta, token))

    await sockets.link_token_to_sid("token", "socket")
    sockets.ensure_lost_and_found_task(emit)
    channel = f"channel:{sockets._get_lost_and_found_key(sockets.instance_id)}"
    listening = raw.pubsub()
    await listening.subscribe(channel)
    await eventually(raw.pubsub_numpat)
    RAN.clear()
    await raw.publish(channel, pickle.dumps(Bomb()))
    update = StateUpdate(delta={"state": {"problem": CANARY}})
    assert await sockets.emit_lost_and_found("token", update)
    async with asyncio.timeout(10):
        assert await got.get() == (update.delta, "token")
        heard = [each["data"] async for each in _two(listening)]
    assert CANARY.encode() not in heard[-1]
    assert not RAN
    await listening.aclose()


async def _two(listening):
    count = 0
    async for message in listening.listen():
        if message["type"] == "message":
            yield message
            count += 1
        if count == 2:
            return


async def test_other_objects_than_states_are_not_stored(app):
    with pytest.raises(TypeError, match="Only states"):
        await app.state_manager.get_state(StateToken(ident="x", cls=dict))


def test_memory_stays_as_it_is_and_files_are_refused():
    app = App(StateManagerMemory())
    at_rest.seal_states(app)
    assert isinstance(app.state_manager, StateManagerMemory)
    with pytest.raises(CannotStart, match="in memory or in Redis"):
        at_rest.seal_states(App(StateManagerDisk.__new__(StateManagerDisk)))
