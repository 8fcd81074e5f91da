"""The sockets of a session close with it, and no others."""

import asyncio

import pytest

from assistant.app import app, end_here
from assistant.errors import NotSignedIn
from assistant.services import sessions, signals
from assistant.services.sessions import require_alive, revoke, vouched
from assistant.state import sockets
from assistant.state.commands import USER_HEADER
from assistant.state.sockets import close_sockets
from tests.conftest import signed_in
from tests.services.talk import eventually, rows

REVOKED = "update login_sessions set revoked_at = now() where id = $1"
ROOM = app.event_namespace.namespace


async def connected(name, header):
    """A socket that the guard has let in under this header, or as nobody."""
    app.sio.environ[name] = {USER_HEADER: header} if header else {}
    return await app.sio.manager.connect(name, ROOM)


def is_open(sid):
    return app.sio.manager.is_connected(sid, ROOM)


async def test_a_session_that_ends_closes_its_sockets_and_no_others(alice, bob):
    hers = [await connected(f"hers {n}", vouched(alice)) for n in range(2)]
    others = [
        await connected("his", vouched(bob)),
        await connected("nobody's", ""),
        await connected("forged", f"{alice.id} {alice.session_id} x"),
    ]
    await close_sockets(app, str(alice.session_id))
    assert [is_open(sid) for sid in hers] == [False, False]
    assert [is_open(sid) for sid in others] == [True, True, True]
    for sid in others:
        await app.sio.manager.disconnect(sid, ROOM)


async def test_the_app_hears_of_it_from_any_process(alice):
    other = await signed_in("Somebody with a socket")
    mine, hers = [await connected(str(user.id), vouched(user)) for user in (other, alice)]
    await revoke(other, other.session_id)
    end_here({"user": str(other.id), "session": str(other.session_id)})

    async def closed():
        return not is_open(mine)

    assert await eventually(closed)
    assert is_open(hers)
    await app.sio.manager.disconnect(hers, ROOM)


async def test_a_session_whose_end_nobody_told_of_is_found_by_looking(alice, bob, db, monkeypatch):
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.02)
    sids = [await connected(f"{n}", vouched(user)) for n, user in enumerate((alice, alice, bob))]
    nobody = await connected("nobody's", "")
    looking = asyncio.create_task(sockets.watch_sessions(app))
    with signals.listening(sessions.REVOKED, end_here):
        await rows(db, REVOKED, alice.session_id)

        async def closed():
            return [is_open(sid) for sid in sids] == [False, False, True]

        assert await eventually(closed)
        with pytest.raises(NotSignedIn):
            await require_alive(alice)
    looking.cancel()
    for sid in (sids[2], nobody):
        assert is_open(sid)
        await app.sio.manager.disconnect(sid, ROOM)


def test_nobody_waits_five_seconds_for_it():
    assert sockets.LOOK_SECONDS < 5
