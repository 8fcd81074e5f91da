"""The only events that a page may send: those declared as commands, with arguments that fit.

Reflex would run every public method of a state for whoever names it, with any arguments, and logs
the whole of an event that it does not know. So events are judged before they reach its queue.
"""

import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any

import reflex as rx
import structlog
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, create_model
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegistrationContext

from assistant.errors import DatabaseAway, NotSignedIn
from assistant.services import addresses, sessions
from assistant.services.addresses import with_next
from assistant.services.sessions import recognised, require_alive
from assistant.state.base import BaseState

USER_HEADER = f"HTTP_{sessions.USER_HEADER.upper().replace('-', '_')}"  # as sockets have it
SIGNED_OUT = "not signed in"
HALF_IN = "no second factor yet"
LEAVING = "the account will be erased"
AWAY = "the database is away"
WAYS_IN = {HALF_IN: addresses.VERIFY, LEAVING: addresses.LEAVING}
# The pages of who is not, or not quite, signed in. All others show what is somebody's.
NOBODYS = (addresses.SIGN_IN, addresses.CLOSED, *WAYS_IN.values())
BINARY = ("5", "6")  # the types of Socket.IO's binary packets
Handling = Callable[..., Awaitable[None]]

log = structlog.get_logger()
_commands: dict[Callable[..., Any], TypeAdapter[Any]] = {}


def _form(name: str, **fields: Any) -> TypeAdapter[Any]:  # noqa: ANN401  (pydantic's own form)
    config = ConfigDict(extra="forbid", strict=True)
    return TypeAdapter(create_model(name, __config__=config, **fields))


ROOT = "reflex___state____state"
FRAMEWORK = {
    f"{ROOT}.hydrate": _form("hydrate"),
    f"{ROOT}.hydrate_and_load": _form(
        "hydrate_and_load",
        vars=(Annotated[dict[str, str], Field(max_length=0)] | None, None),  # we keep none there
        hashes=(Annotated[list[str], Field(max_length=100)] | None, None),
    ),
    f"{ROOT}.set_is_hydrated": _form("set_is_hydrated", value=(bool, ...)),
    f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal": _form("on_load_internal"),
}
_ADDRESS: TypeAdapter[Any] = TypeAdapter(
    create_model("address", pathname=(str, ""), asPath=(str, ""), query=(dict[str, str], {}))
)


def command(method: Callable[..., Any]) -> Any:  # noqa: ANN401  (what rx.event makes of it)
    """Let pages send this event. It runs in the background: no state is locked while it waits.

    Arguments are checked against the method's annotations, strictly, before it runs.
    """
    return rx.event(background=True)(_declared(method))


def command_at_once(method: Callable[..., None]) -> Any:  # noqa: ANN401
    """The same for what only sets the state: it is done before what the page sends after it.

    It holds the state's lock, so it can await nothing.
    """
    if inspect.iscoroutinefunction(method):
        raise TypeError(f"{method.__name__} would hold the state while it waits")
    return rx.event(_declared(method))


def _declared(method: Callable[..., Any]) -> Callable[..., Any]:
    hints = {k: v for k, v in method.__annotations__.items() if k != "return"}
    _commands[method] = _form(method.__name__, **{k: (hint, ...) for k, hint in hints.items()})
    return method


def judge_events(app: rx.App) -> None:
    """Put the judgement before the app's own handling of events."""
    namespace, sockets = app.event_namespace, app.sio
    if namespace is None or sockets is None:
        raise TypeError("An app without state has no events to judge.")
    connecting = set[str]()
    namespace.on_connect = _noting(connecting, namespace.on_connect)  # type: ignore[method-assign,assignment]
    namespace.on_event = _judging(app, connecting, namespace.on_event)  # type: ignore[method-assign,assignment]
    sockets._handle_event = _admitting(sockets._handle_event)
    sockets.eio.on("message", _reading(sockets, sockets._handle_eio_message))


def _reading(sockets: Any, read: Handling) -> Handling:  # noqa: ANN401  (socket.io has no types)
    """Take text that is a packet; who sends anything else is disconnected.

    A binary packet is held until all its parts have come, and may say that there are 10^10.
    """

    async def handle_eio_message(engine_sid: str, data: str | bytes) -> None:
        if isinstance(data, str) and not data.startswith(BINARY):
            with suppress(ValueError, TypeError, LookupError, RecursionError):
                await read(engine_sid, data)
                return
        log.warning("packet_refused")
        await sockets.eio.disconnect(engine_sid)

    return handle_eio_message


def _admitting(admit: Handling) -> Handling:
    """Let pages send events and pings only.

    A client may name any event, and socket.io would call the namespace's method of that name: with
    "connect", one could present oneself with headers of one's own making.
    """

    async def handle_event(engine_sid: str, namespace: str, packet: Any, data: Any) -> None:  # noqa: ANN401
        if isinstance(data, list) and (data == ["ping"] or (len(data), data[:1]) == (2, ["event"])):
            await admit(engine_sid, namespace, packet, data)
        else:
            log.warning("event_refused", reason="not an event")

    return handle_event


def _noting(connecting: set[str], connect: Handling) -> Handling:
    """Note which sockets are just being connected: an event may come with the packet that asks."""

    async def on_connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:  # noqa: ANN401
        connecting.add(sid)
        try:
            await connect(sid, environ, auth)
        finally:
            connecting.discard(sid)

    return on_connect


def _judging(app: rx.App, connecting: set[str], accept: Handling) -> Handling:
    async def on_event(sid: str, event: Any) -> None:  # noqa: ANN401
        namespace, sockets = app.event_namespace, app.sio
        if namespace is None or sockets is None:
            return
        reason = await _refusal(event, sockets.get_environ(sid, namespace.namespace) or {})
        if reason is None:
            await accept(sid, event)
            return
        log.warning("event_refused", event_name=ascii(_name(event)[:120]), reason=reason)
        way_in = WAYS_IN.get(reason)
        here = event.get("router_data", {}).get("asPath", "/") if way_in else ""
        if way_in and not here.startswith(way_in):
            await namespace.emit("event", _sent_to(way_in, here), to=sid)
        elif reason == AWAY:
            await namespace.emit("event", _told(_name(event)), to=sid)
        elif reason == SIGNED_OUT and sid not in connecting:
            await namespace.emit("event", _told_signed_out(), to=sid)
            await close_socket(app, sid)  # the next one is that of who signs in

    return on_event


async def close_socket(app: rx.App, sid: str) -> None:
    """Close a page's socket; the page then connects as what it is."""
    namespace, sockets = app.event_namespace, app.sio
    if namespace is None or sockets is None:
        return
    engine_sid = sockets.manager.eio_sid_from_sid(sid, namespace.namespace)
    await sockets.disconnect(sid, namespace=namespace.namespace)
    await sockets.eio.disconnect(engine_sid)  # else it could join anew as who it was


def _sent_to(way_in: str, here: str) -> dict[str, Any]:
    """Lets the page ask who is there, and come back to where it is."""
    there = {"path": with_next(way_in, here), "external": False}
    return {"events": [{"name": "_redirect", "payload": there}]}


def _told_signed_out() -> dict[str, Any]:
    """Lets the page ask for signing in; what it shows stays as it is."""
    return {"delta": {BaseState.get_full_name(): {f"signed_out{FIELD_MARKER}": True}}}


def _told(name: str) -> dict[str, Any]:
    """Shows on the page that its event was not run; who closes that sentence is not told again."""
    sentence = "" if name.endswith(".dismiss_problem") else str(DatabaseAway())
    return {"delta": {BaseState.get_full_name(): {f"problem{FIELD_MARKER}": sentence}}}


async def _refusal(event: Any, environ: dict[str, Any]) -> str | None:  # noqa: ANN401
    """Why the event may not run, or None."""
    name = _name(event)
    header = environ.get(USER_HEADER)
    arguments = FRAMEWORK.get(name) or _of_command(name)
    if arguments is None:
        return "not a command"
    try:
        address = _ADDRESS.validate_python(event.get("router_data", {}))
        # The framework's own, too: they would load any page that they name.
        opens = name in FRAMEWORK and not header and _is_nobodys(address.asPath)
        if not opens and (closed := await _closed_to(header)):
            return closed
        arguments.validate_python(event.get("payload", {}))
    except NotSignedIn:
        return SIGNED_OUT
    except DatabaseAway:
        return AWAY
    except ValidationError:
        return "arguments do not fit"
    return None


def _is_nobodys(path: str) -> bool:
    """Whether a page may begin there without a session; the others keep what they show."""
    return not path or path.partition("?")[0].rstrip("/") in NOBODYS


async def _closed_to(header: str | None) -> str | None:
    """Why this session may send nothing now, or None. Raises NotSignedIn."""
    user = await require_alive(recognised(header))
    if not user.verified:
        return HALF_IN
    return LEAVING if user.leaving else None


def _of_command(name: str) -> TypeAdapter[Any] | None:
    known = RegistrationContext.ensure_context().event_handlers.get(name)
    return _commands.get(known.handler.fn) if known is not None else None


def _name(event: Any) -> str:  # noqa: ANN401
    name = event.get("name") if isinstance(event, dict) else None
    return name if isinstance(name, str) else ""
