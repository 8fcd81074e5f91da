"""Reflex's state where it leaves this process: sealed, and bound to the key that it stands under.

Reflex stores pickles, and whoever can write a pickle can run code where it is read. Here a value
that we did not seal for that very key never reaches pickle: it counts as no state.
"""

from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import Any, cast

import reflex as rx
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken, StateToken
from reflex.state import BaseState
from reflex.utils.token_manager import RedisTokenManager

from assistant.errors import CannotStart
from assistant.sealing import Tampered, seal, unseal
from assistant.vault import derived_key

_HEAD = b"\x01"
LOST_AND_FOUND = b"lost_and_found"

log = structlog.get_logger()


@lru_cache(maxsize=1)
def _cipher() -> AESGCMSIV:
    return AESGCMSIV(derived_key("state outside the process"))


def sealed(key: str | bytes, value: bytes) -> bytes:
    """The value, ready to stand under this key or go through this channel."""
    return seal(_cipher(), _HEAD, _cell(key), value)


def opened(key: str | bytes, value: bytes | None) -> bytes | None:
    """What stands under this key, None when there is nothing that we have put there."""
    if value is None:
        return None
    try:
        return unseal(_cipher(), len(_HEAD), _cell(key), value)
    except Tampered:
        log.warning("state_unreadable")
        return None


def _cell(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key


class SealedStates(StateManagerRedis):
    """Reflex's states in Redis. Its locks stand beside them as they are: they hold no content."""

    def _coerce_token(self, token: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        coerced: StateToken[Any] = super()._coerce_token(token)
        if not isinstance(coerced, BaseStateToken):
            raise TypeError("Only states are stored; other objects would be pickled in clear.")
        return coerced

    def _collect_state_writes(
        self, token: BaseStateToken, base_state: BaseState
    ) -> list[tuple[str, bytes]]:
        writes = super()._collect_state_writes(token, base_state)
        return [(key, sealed(key, pickled)) for key, pickled in writes]


class StatesRedis(Redis):
    """The client of `SealedStates`, which reads all states by this one method."""

    async def mget(self, keys: Sequence[str], *args: Any) -> list[bytes | None]:  # type: ignore[override]  # noqa: ANN401
        """The states under these keys."""
        values = await super().mget(keys, *args)
        return [opened(key, value) for key, value in zip(keys, values, strict=True)]


class SocketsRedis(Redis):
    """The client of Reflex's list of sockets: its records and what goes to other processes."""

    async def get(self, name: str) -> bytes | None:  # type: ignore[override]
        """The record under this key."""
        return opened(name, await super().get(name))

    async def set(self, name: str, value: bytes, **how: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Store a record."""
        return await super().set(name, sealed(name, value), **how)

    async def publish(self, channel: str, message: bytes) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Send a change of state to the process that has the socket."""
        return await super().publish(channel, sealed(channel, message))

    def pubsub(self, **how: Any) -> PubSub:  # noqa: ANN401
        """Listen to notices of Redis itself, and to changes of state from other processes."""
        return _OpenedNotices(self.connection_pool, **how)


class _OpenedNotices(PubSub):
    async def listen(self) -> AsyncIterator[dict[str, Any]]:
        async for message in super().listen():
            if message["type"] == "pmessage" and LOST_AND_FOUND in message["channel"]:
                message["data"] = opened(message["channel"], message["data"])
                if message["data"] is None:
                    continue
            yield message


def seal_states(app: rx.App) -> None:
    """Let the app keep its state in memory, or sealed in Redis. Raises CannotStart else."""
    states = app.state_manager
    if isinstance(states, StateManagerMemory):
        return
    if not isinstance(states, StateManagerRedis):
        raise CannotStart(
            "The state of pages may lie in memory or in Redis only; unset "
            "REFLEX_STATE_MANAGER_MODE, and set REDIS_URL for several workers."
        )
    # It may be at work already, with tasks of its own: it becomes another, and is not replaced.
    states.__class__ = cast("Any", SealedStates)
    states.redis = StatesRedis(connection_pool=states.redis.connection_pool)
    sockets = cast("RedisTokenManager", app.event_namespace._token_manager)  # type: ignore[union-attr]
    sockets.redis = SocketsRedis(connection_pool=sockets.redis.connection_pool)
