"""What a socket may send at all: packets come in as the network brings them."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from reflex_base.constants.state import FIELD_MARKER
from structlog.testing import capture_logs

from assistant.app import app
from assistant.errors import DatabaseAway
from assistant.services import sessions
from assistant.services.sessions import vouched
from assistant.state.base import BaseState
from assistant.state.chat import ChatState
from assistant.state.commands import USER_HEADER
from assistant.state.sidebar import SidebarState
from tests.conftest import away
from tests.services.talk import eventually, turn_factor_on
from tests.state.conftest import ROOT, full_name

SECRET = "what the user wrote"
SEND = full_name(ChatState, "send")
THE_SEND = {"conversation_id": "", "text": SECRET, "client_key": "client-key-1", "file_ids": []}
OWN = {"HTTP_COOKIE": SECRET, USER_HEADER: SECRET, "QUERY_STRING": "token=known"}
NAMESPACE = app.event_namespace
SOCKETS = app.sio


@dataclass
class Socket:
    """A connected socket, what reached the namespace from it, and what was sent to it."""

    sid: str
    reached: list[tuple[Any, ...]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def says(self, data: Any) -> None:
        """An event packet comes in (Socket.IO protocol 5: type 2, namespace, JSON)."""
        packet = f"2{NAMESPACE.namespace},{json.dumps(data)}"
        await self.sends(packet)

    async def sends(self, packet: str | bytes) -> None:
        """A packet comes in, whatever it is."""
        await SOCKETS.eio.handlers["message"]("engine", packet)

    async def has_passed(self) -> list[tuple[Any, ...]]:
        """What has reached the namespace, once all that came in before has been handled."""
        await self.says(["ping"])

        async def answered() -> bool:
            return ("ping", self.sid) in self.reached

        await eventually(answered)
        return self.reached[:-1]


@pytest.fixture
async def socket(db, monkeypatch):
    """A socket of nobody at the door of the real namespace."""
    SOCKETS.environ["engine"] = {}
    socket = Socket(await SOCKETS.manager.connect("engine", NAMESPACE.namespace))

    async def reach(*values):
        socket.reached.append(values)

    async def send(_, packet):
        socket.told.append(packet.data)

    monkeypatch.setattr(NAMESPACE, "trigger_event", reach)
    monkeypatch.setattr(SOCKETS.eio, "send_packet", send)
    yield socket
    await SOCKETS.manager.disconnect(socket.sid, NAMESPACE.namespace)
    SOCKETS.environ.pop("engine")


@pytest.mark.parametrize(
    "data",
    [
        ["connect", OWN],
        ["connect", OWN, {"event": SECRET}],
        ["connect"],
        ["disconnect"],
        ["disconnect", SECRET],
        ["client_error", {"message": SECRET}],
        ["client_error"],
        [SECRET, {}],
        [],
        {},
        SECRET,
        ["event"],
        ["event", {}, {}],
        ["event", {}, SECRET],
        ["ping", SECRET],
        ["PING"],
        [None],
        [["event"], {}],
        [{"event": 1}, {}],
    ],
    ids=str,
)
async def test_only_events_and_pings_reach_the_namespace(data, socket, capfd):
    with capture_logs() as logs:
        await socket.says(data)
        assert await socket.has_passed() == []
    assert logs == [{"event": "event_refused", "reason": "not an event", "log_level": "warning"}]
    assert SECRET not in "".join(capfd.readouterr())
    assert SOCKETS.environ["engine"] == {}
    assert "known" not in NAMESPACE.token_to_sid


async def test_events_and_pings_pass(socket):
    await socket.says(["event", {"name": "x"}])
    assert await socket.has_passed() == [("event", socket.sid, {"name": "x"})]


@pytest.mark.parametrize(
    "packet",
    [
        f'51-{NAMESPACE.namespace},["connect",{{"_placeholder":true,"num":0}}]',
        f'5999999999-{NAMESPACE.namespace},["event",{{"_placeholder":true,"num":0}}]',
        SECRET.encode(),
        "9",
        f"2{NAMESPACE.namespace},{{",
        f"2{NAMESPACE.namespace},{'[' * 100_000}",
        "4{}",
    ],
    ids=lambda packet: ascii(packet)[:20],
)
async def test_who_sends_what_is_no_packet_of_text_is_disconnected(packet, socket, monkeypatch):
    gone = []

    async def disconnect(sid):
        gone.append(sid)

    monkeypatch.setattr(SOCKETS.eio, "disconnect", disconnect)
    with capture_logs() as logs:
        await socket.sends(packet)
    assert gone == ["engine"]
    assert [line["event"] for line in logs] == ["packet_refused"]
    assert SECRET not in str(logs)
    assert SOCKETS._binary_packet == {}
    assert await socket.has_passed() == []


@pytest.mark.parametrize(
    "sent",
    [
        {"name": SEND, "payload": THE_SEND},
        {"name": f"{ROOT}.nothing", "payload": {"text": SECRET}},
        {"name": "x", "payload": SECRET, "token": SECRET},
        SECRET,
        [SECRET],
        None,
    ],
    ids=str,
)
async def test_a_refused_event_is_logged_once_and_without_what_it_held(sent, socket, capfd):
    with capture_logs() as logs:
        await NAMESPACE.on_event(socket.sid, sent)
    assert [entry["event"] for entry in logs] == ["event_refused"]
    assert SECRET not in str(logs)
    assert SECRET not in "".join(capfd.readouterr())


async def test_a_name_is_logged_in_ascii_and_not_whole(socket):
    with capture_logs() as logs:
        await NAMESPACE.on_event(socket.sid, {"name": "\x1b[2J\n\u202e" + "x" * 1_000})
    (entry,) = logs
    assert entry["event_name"].startswith(r"'\x1b[2J\n\u202e")
    assert entry["event_name"].isascii()
    assert len(entry["event_name"]) < 200


@pytest.mark.parametrize("header", ["", "9c6798e6-bae7-42c3-b8e4-9db35baa125c x y"])
@pytest.mark.parametrize("address", ["/", "/chat/1", "//evil.example", "/sign-in"])
async def test_who_is_not_signed_in_is_told_so_and_nothing_else_and_the_socket_closes(
    header, address, socket
):
    if header:
        SOCKETS.environ["engine"] = {USER_HEADER: header}
    sent = {"name": SEND, "payload": THE_SEND, "router_data": {"asPath": address}}
    await NAMESPACE.on_event(socket.sid, sent)
    told, *closing = socket.told
    _, update = json.loads(told.partition(",")[2])
    shown = {f"signed_out{FIELD_MARKER}": True}
    assert update == {"delta": {BaseState.get_full_name(): shown}}
    assert [each[:1] for each in closing] == ["1"]
    assert not SOCKETS.manager.is_connected(socket.sid, NAMESPACE.namespace)


@pytest.fixture
async def half_in(socket, alice, db):
    """Alice's socket; a second factor was turned on behind it."""
    await turn_factor_on(db, alice)
    SOCKETS.environ["engine"] = {USER_HEADER: vouched(alice)}
    return socket


@pytest.mark.parametrize("name", [SEND, f"{ROOT}.hydrate_and_load"])
@pytest.mark.parametrize(
    ("address", "there"),
    [("/chat/1", ["/verify?next=/chat/1"]), ("/", ["/verify"]), ("/verify?next=/x", [])],
)
async def test_who_has_yet_to_give_the_code_is_sent_where_it_is_asked_for(
    name, address, there, half_in
):
    sent = {"name": name, "payload": {}, "router_data": {"asPath": address}}
    await NAMESPACE.on_event(half_in.sid, sent)
    told = [json.loads(each.partition(",")[2])[1] for each in half_in.told]
    assert [update["events"][0]["payload"]["path"] for update in told] == there


async def test_without_a_database_the_page_is_told_in_the_one_place_where_it_shows_problems(
    socket, alice, postgres, db
):
    SOCKETS.environ["engine"] = {USER_HEADER: vouched(alice)}
    sessions._known.clear()
    async with away(postgres, db):
        await NAMESPACE.on_event(socket.sid, {"name": SEND, "payload": THE_SEND})
        closing = full_name(SidebarState, "dismiss_problem")
        await NAMESPACE.on_event(socket.sid, {"name": closing, "payload": {}})
    told = [json.loads(each.partition(",")[2])[1]["delta"] for each in socket.told]
    field = BaseState.problem._js_expr.rpartition(".")[2]
    there = BaseState.get_full_name()
    assert told == [{there: {field: str(DatabaseAway())}}, {there: {field: ""}}]


async def test_what_does_not_fit_sends_nobody_anywhere(socket, alice):
    SOCKETS.environ["engine"] = {USER_HEADER: vouched(alice)}
    await NAMESPACE.on_event(socket.sid, {"name": SEND, "payload": {}})
    await NAMESPACE.on_event(socket.sid, {"name": "x", "payload": {}})
    assert socket.told == []
