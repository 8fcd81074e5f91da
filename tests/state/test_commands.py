"""Only declared commands run, with arguments that fit, for somebody who is signed in."""

from uuid import uuid4

import pytest
from reflex_base.registry import RegistrationContext

from assistant.services import erasure, sessions
from assistant.services.sessions import User, revoke, vouched
from assistant.state.base import BaseState
from assistant.state.chat import ChatState
from assistant.state.commands import (
    FRAMEWORK,
    LEAVING,
    USER_HEADER,
    _commands,
    _refusal,
    command_at_once,
)
from assistant.state.sidebar import SidebarState
from tests.conftest import away
from tests.services.talk import rows, turn_factor_on
from tests.state.conftest import ROOT, full_name

KEY = "client-key-1"
SECRET = "what the user wrote"
AN_ID = "9c6798e6-bae7-42c3-b8e4-9db35baa125c"
FORGED = [" ", "x", "x y", "a b c", AN_ID, f"{AN_ID} x", f" {AN_ID}", f"{AN_ID} {AN_ID} ",
          "{alice}", "{alice} ", "{alice} \u00e9", f"{{alice}} {'0' * 64}", "{alice} {seal} x",
          f"{AN_ID} {AN_ID} {{seal}}", "{alice}  {seal}"]  # fmt: skip
GOOD = {
    full_name(ChatState, "send"): {
        "conversation_id": "",
        "text": SECRET,
        "client_key": KEY,
        "file_ids": [str(uuid4())],
    },
    full_name(ChatState, "retry"): {"message_id": str(uuid4()), "client_key": KEY},
    full_name(ChatState, "proceed"): {"message_id": str(uuid4()), "client_key": KEY},
    full_name(ChatState, "regenerate"): {
        "message_id": str(uuid4()),
        "model_id": "",
        "client_key": KEY,
    },
    full_name(ChatState, "edit"): {
        "message_id": str(uuid4()),
        "text": SECRET,
        "client_key": KEY,
    },
    full_name(SidebarState, "refresh"): {},
    full_name(SidebarState, "rename"): {"conversation_id": str(uuid4()), "title": "t"},
}
SEND = full_name(ChatState, "send")
RETRY = full_name(ChatState, "retry")
THE_SEND = GOOD[SEND]


def environ(user: User | None) -> dict[str, str]:
    return {USER_HEADER: vouched(user)} if user else {}


async def refused(event, user) -> str | None:
    return await _refusal(event, environ(user))


def event(name, payload=None):
    return {"name": name, "payload": payload or {}}


def handlers():
    return RegistrationContext.ensure_context().event_handlers


def test_every_event_of_ours_is_a_command_or_what_a_page_loads_by():
    for name, handler in handlers().items():
        if "assistant___" not in name or name.endswith(".setvar"):
            continue
        is_load = name.endswith(".load")
        assert (handler.handler.fn in _commands) != is_load, name


def test_what_is_done_at_once_waits_for_nothing():
    async def waits(self) -> None: ...

    with pytest.raises(TypeError, match="waits would hold the state"):
        command_at_once(waits)


async def test_nothing_but_commands_and_the_frameworks_own_start_may_run(alice):
    for name, handler in handlers().items():
        reason = await refused(event(name), alice)
        if name in FRAMEWORK:
            assert reason != "not a command", name
        elif handler.handler.fn not in _commands:
            assert reason == "not a command", name


@pytest.mark.parametrize(
    "name",
    [
        full_name(ChatState, "load"),
        full_name(ChatState, "setvar"),
        full_name(ChatState, "set_turn_id"),
        full_name(ChatState, "_user_id"),
        full_name(ChatState, "_begin"),
        full_name(ChatState, "reset"),
        full_name(ChatState, "get_delta"),
        full_name(ChatState, "__init__"),
        f"{ROOT}.setvar",
        f"{ROOT}.hydrate2",
        f"{SEND}.",
        SEND.upper(),
        "",
        "send",
        "x" * 1_000_000,
        "\x00",
        None,
        7,
        ["a"],
        {"a": 1},
    ],
)
async def test_an_unknown_name_is_no_command(name, alice):
    assert await refused({"name": name, "payload": {}}, alice) == "not a command"


@pytest.mark.parametrize("whole", [None, "text", 7, [], [SEND], {}, True, b"bytes"])
async def test_what_is_no_event_is_no_command(whole, alice):
    assert await refused(whole, alice) == "not a command"


@pytest.mark.parametrize(("name", "payload"), GOOD.items(), ids=[n.split(".")[-1] for n in GOOD])
async def test_a_command_with_fitting_arguments_may_run_for_who_is_signed_in(name, payload, alice):
    assert await refused(event(name, payload), alice) is None
    assert await refused(event(name, payload), None) == "not signed in"
    stranger = User(uuid4(), uuid4())
    assert await refused(event(name, payload), stranger) == "not signed in"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        (SEND, {}),
        (SEND, {"text": "x"}),
        (SEND, {"text": "x", "client_key": KEY, "file_ids": []}),
        (SEND, {"conversation_id": "", "text": "x", "client_key": KEY}),
        (SEND, THE_SEND | {"file_ids": AN_ID}),
        (SEND, THE_SEND | {"file_ids": None}),
        (SEND, THE_SEND | {"file_ids": [1]}),
        (SEND, THE_SEND | {"file_ids": [[AN_ID]]}),
        (SEND, THE_SEND | {"file_ids": ["x" * 37]}),
        (SEND, THE_SEND | {"file_ids": [AN_ID] * 11}),
        (SEND, {"conversation_id": "", "client_key": KEY}),
        (SEND, THE_SEND | {"text": 1}),
        (SEND, THE_SEND | {"text": None}),
        (SEND, THE_SEND | {"text": ["x"]}),
        (SEND, THE_SEND | {"client_key": "short"}),
        (SEND, THE_SEND | {"client_key": "k" * 65}),
        (SEND, THE_SEND | {"client_key": "../../etc"}),
        (SEND, THE_SEND | {"client_key": KEY + "\n"}),
        (SEND, THE_SEND | {"conversation_id": None}),
        (SEND, THE_SEND | {"conversation_id": "x" * 37}),
        (SEND, THE_SEND | {"user_id": str(uuid4())}),
        (SEND, THE_SEND | {"text": "x" * 3_000_000}),
        (full_name(ChatState, "retry"), {"message_id": str(uuid4())}),
        (full_name(ChatState, "proceed"), {"message_id": str(uuid4()), "client_key": "short"}),
        (RETRY, {"message_id": 1.5, "client_key": KEY}),
        (RETRY, {"message_id": True, "client_key": KEY}),
        (RETRY, {"message_id": 10**30, "client_key": KEY}),
        (RETRY, {"message_id": "x" * 37, "client_key": KEY}),
        (RETRY, {"message_id": {"$ne": 1}, "client_key": KEY}),
        (RETRY, {"message_id": [], "client_key": KEY}),
        (full_name(SidebarState, "refresh"), {"self": 1}),
        (full_name(SidebarState, "rename"), {"conversation_id": "x", "title": "x" * 1_201}),
        (full_name(SidebarState, "arrive"), {"timezone": "x" * 65}),
        (full_name(ChatState, "pick"), {"model_id": "x" * 101}),
    ],
)
async def test_arguments_that_do_not_fit_are_refused(name, payload, alice):
    assert await refused(event(name, payload), alice) == "arguments do not fit"


@pytest.mark.parametrize("payload", [None, "x", 7, [], ["text"], True])
async def test_a_payload_that_is_no_object_is_refused(payload, alice):
    assert await refused({"name": SEND, "payload": payload}, alice) == "arguments do not fit"


@pytest.mark.parametrize("name", FRAMEWORK)
async def test_without_a_session_only_the_pages_of_nobody_begin(name):
    asked = event(name, {"value": True} if name.endswith("set_is_hydrated") else {})
    for path in ("/sign-in", "/sign-in?next=/chat/1", "/verify", "/leaving", "/closed", ""):
        assert await refused(asked | {"router_data": {"asPath": path}}, None) is None
    for path in ("/", "/chat/1", "/settings", "/?next=/sign-in", "/sign-in-not", "/x/sign-in"):
        assert await refused(asked | {"router_data": {"asPath": path}}, None) == "not signed in"


async def test_an_ended_session_sends_nothing_more(alice):
    await revoke(alice, alice.session_id)
    sessions._known.clear()
    assert await refused(event(SEND, GOOD[SEND]), alice) == "not signed in"


@pytest.mark.parametrize("header", FORGED)
@pytest.mark.parametrize("name", [SEND, *FRAMEWORK])
async def test_a_header_that_the_guard_did_not_write_is_nobody(header, name, alice):
    forged = header.format(alice=f"{alice.id} {alice.session_id}", seal=vouched(alice)[-64:])
    assert await _refusal(event(name, GOOD.get(name)), {USER_HEADER: forged}) == "not signed in"


async def test_the_frameworks_own_events_too_need_a_live_session_where_there_was_one(alice):
    await revoke(alice, alice.session_id)
    for name in FRAMEWORK:
        assert await refused(event(name), alice) == "not signed in"


async def test_before_the_code_of_a_second_factor_nothing_may_run(alice, db):
    await turn_factor_on(db, alice)
    for name, handler in handlers().items():
        if name in FRAMEWORK or handler.handler.fn in _commands:
            assert await refused(event(name, GOOD.get(name)), alice) == "no second factor yet"
    given = "update login_sessions set verified_at = now() where id = $1"
    await rows(db, given, alice.session_id)
    for name, payload in GOOD.items():
        assert await refused(event(name, payload), alice) is None


async def test_of_an_account_that_will_be_erased_nothing_may_run_until_it_is_kept(alice):
    await erasure.ask(alice, erasure.WORD)
    for name, handler in handlers().items():
        if name in FRAMEWORK or handler.handler.fn in _commands:
            assert await refused(event(name, GOOD.get(name)), alice) == LEAVING
    await erasure.keep(alice.id)
    for name, payload in GOOD.items():
        assert await refused(event(name, payload), alice) is None


async def test_without_a_database_an_event_is_refused(alice, postgres, db):
    sessions._known.clear()
    async with away(postgres, db):
        assert await refused(event(SEND, THE_SEND), alice) == "the database is away"


@pytest.mark.parametrize(
    "router",
    [{"query": {"a": 1}}, {"query": {"a": ["b"]}}, {"query": {"a": {}}}, {"query": []},
     {"query": "x"}, {"pathname": 7}, {"asPath": None}],
)  # fmt: skip
async def test_an_address_is_text_in_all_its_parts(router, alice):
    sent = event(SEND, THE_SEND) | {"router_data": router}
    assert await refused(sent, alice) == "arguments do not fit"


@pytest.mark.parametrize("name", FRAMEWORK)
@pytest.mark.parametrize(
    "more",
    [
        {"payload": SECRET},
        {"payload": [SECRET]},
        {"payload": {}, "router_data": SECRET},
        {"payload": {}, "router_data": 7},
        {"payload": {"value": {"a": SECRET}, "b": 1}},
    ],
    ids=str,
)
async def test_an_event_of_the_framework_has_its_form_too(name, more, alice):
    assert await refused({"name": name, **more}, alice) == "arguments do not fit"


async def test_the_frameworks_own_events_pass_as_reflex_sends_them(alice):
    router = {"pathname": "/", "query": {"chat_id": "x"}, "asPath": "/?chat_id=x"}
    for name in FRAMEWORK:
        payload = {"value": True} if name.endswith("set_is_hydrated") else {}
        sent = {"name": name, "payload": payload, "router_data": router}
        assert await refused(sent, alice) is None
        at_the_door = router | {"asPath": "/sign-in?chat_id=x"}
        assert await refused(sent | {"router_data": at_the_door}, None) is None
    hydrate = {"name": f"{ROOT}.hydrate_and_load", "payload": {"vars": {}, "hashes": ["a", "b"]}}
    assert await refused(hydrate, None) is None


def test_every_state_of_ours_stands_under_one_root():
    for state in (ChatState, SidebarState):
        assert issubclass(state, BaseState)
