"""What is kept of visitors who are not signed in: nothing, once their page is gone.

Reflex keeps the state of each page for an hour, so that one that lost its line comes back to it.
Whoever connects again and again would fill the memory with those, and need not even sign in.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import reflex as rx
from reflex.istate.manager import StateManager
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken

from assistant.errors import NotSignedIn
from assistant.services.background import spawn
from assistant.services.sessions import recognised
from assistant.state.commands import USER_HEADER

COMES_BACK_SECONDS = 10.0  # till then its last event is over, too


def forget_visitors(app: rx.App) -> None:
    """Let the state of nobody's page go soon after its socket."""
    namespace = app.event_namespace
    if namespace is None:
        raise TypeError("An app without state has nothing to forget.")
    connect, disconnect = namespace.on_connect, namespace.on_disconnect
    nobodys = set[str]()

    async def on_connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:  # noqa: ANN401
        if _is_nobodys(environ):
            nobodys.add(sid)
        try:
            await connect(sid, environ, auth)
        except BaseException:
            nobodys.discard(sid)
            raise

    def on_disconnect(sid: str) -> Any:  # noqa: ANN401  (as Reflex's own)
        token = namespace.sid_to_token.get(sid)
        if sid in nobodys and token:
            soon = asyncio.get_running_loop().call_later
            soon(COMES_BACK_SECONDS, lambda: spawn(_forget_unless_back(app, token)))
        nobodys.discard(sid)
        return disconnect(sid)

    namespace.on_connect = on_connect  # type: ignore[method-assign]
    namespace.on_disconnect = on_disconnect  # type: ignore[method-assign]


def _is_nobodys(environ: dict[str, Any]) -> bool:
    try:
        recognised(environ.get(USER_HEADER))
    except NotSignedIn:
        return True
    return False


async def _forget_unless_back(app: rx.App, token: str) -> None:
    namespace, root = app.event_namespace, app._state
    if namespace is None or root is None or await _is_back(namespace, token):
        return
    await forget(app.state_manager, BaseStateToken(ident=token, cls=root))


async def forget(states: StateManager, token: BaseStateToken) -> None:
    """Remove the whole state of a page, of which no event runs any more."""
    if isinstance(states, StateManagerMemory):
        states._purge_token(token)
    elif isinstance(states, StateManagerRedis):
        await states.redis.delete(*(token._state_key(each) for each in _tree(token.cls)))


async def _is_back(namespace: Any, token: str) -> bool:  # noqa: ANN401  (Reflex's)
    return bool(await namespace._token_manager.is_token_connected(token))


def _tree(state: type[rx.state.BaseState]) -> Iterator[type[rx.state.BaseState]]:
    yield state
    for each in state.get_substates():
        yield from _tree(each)
