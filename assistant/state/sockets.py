"""The sockets of a session, so that none outlives it."""

from collections.abc import Iterator

import reflex as rx

from assistant.errors import NotSignedIn
from assistant.services.background import again
from assistant.services.session_ends import LOOK_SECONDS, open_here, tell_ended
from assistant.services.sessions import User, recognised
from assistant.state.commands import USER_HEADER, close_socket


async def close_sockets(app: rx.App, session_id: str) -> None:
    """Close what pages of this session have open, here."""
    for sid, user in list(_open(app)):
        if str(user.session_id) == session_id:
            await close_socket(app, sid)


async def watch_sessions(app: rx.App) -> None:
    """Look for sessions that are over, for as long as the process runs: a notice may be lost."""

    async def look() -> None:
        await tell_ended({user for _, user in _open(app)} | open_here())

    await again(look, LOOK_SECONDS)


def _open(app: rx.App) -> Iterator[tuple[str, User]]:
    """The sockets that are open here and speak for somebody."""
    namespace, sockets = app.event_namespace, app.sio
    if namespace is None or sockets is None:
        return
    room = namespace.namespace
    for sid, _ in sockets.manager.get_participants(room, None):
        environ = sockets.get_environ(sid, room) or {}
        try:
            yield sid, recognised(environ.get(USER_HEADER))
        except NotSignedIn:
            continue
