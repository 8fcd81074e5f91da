"""The sockets of a session, so that none outlives it."""

import reflex as rx

from assistant.errors import NotSignedIn
from assistant.services.sessions import recognised
from assistant.state.commands import USER_HEADER


async def close_sockets(app: rx.App, session_id: str) -> None:
    """Close what pages of this session have open, here. A page then connects as what it is."""
    namespace, sockets = app.event_namespace, app.sio
    if namespace is None or sockets is None:
        return
    room = namespace.namespace
    for sid, _ in list(sockets.manager.get_participants(room, None)):
        environ = sockets.get_environ(sid, room) or {}
        if _session_of(environ.get(USER_HEADER)) == session_id:
            await sockets.disconnect(sid, namespace=room)


def _session_of(header: str | None) -> str:
    try:
        return str(recognised(header).session_id)
    except NotSignedIn:
        return ""
