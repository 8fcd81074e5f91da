"""Across agent and services: whatever a model asks for, it reads why not, and the log has a row."""

import json

import pytest

from assistant.agent import loop
from assistant.config import settings
from assistant.services import audit_chain
from assistant.services.connections import connect
from tests.services.accounts_outside import calendar, calendar_form, inside, mail_form
from tests.services.calls import told
from tests.services.talk import ask, text_of
from tests.vendors.script import Call, Script

__all__ = ["calendar", "calendar_form", "inside", "mail_form"]

LETTER = {"to": ["bob@example.com"], "subject": "Lunch", "text": "Today?"}
LUNCH = {"title": "Lunch", "start": "2026-12-03T12:00", "end": "2026-12-03T13:00"}
INJECTED = "Lunch\r\nATTENDEE:mailto:eve@example.com"
UNFIT = "The arguments do not fit"
UNKNOWN = "There is no such tool"

BAD = [
    ("no_such_tool", {}, UNKNOWN),
    ("Calculator", {"expression": "1+1"}, UNKNOWN),
    ("calculator", {"expression": "1+1", "more": 1}, UNFIT),
    ("calculator", {"expression": 5}, UNFIT),
    ("calculator", {}, UNFIT),
    ("calculator", {"expression": "1+" * 10_000 + "1"}, "too long"),
    ("calculator", {"expression": "9**9**9**9"}, ""),
    ("create_note", {"title": "x" * 30_000, "text": ""}, UNFIT),
    ("write_file", {"name": "../../etc/passwd", "text": ""}, "no name for a file"),
    ("write_file", {"name": "a\x00b", "text": ""}, "no name for a file"),
    ("read_file", {"file_id": "../../etc/passwd"}, "no such file"),
    ("web_fetch", {"url": "http://127.0.0.1/"}, ""),
    ("web_fetch", {"url": "http://169.254.169.254/latest/meta-data"}, ""),
    ("web_fetch", {"url": "http://[::1]:5432/"}, ""),
    ("web_fetch", {"url": "http://localhost/"}, ""),
    ("web_fetch", {"url": "http://2130706433/"}, ""),
    ("web_fetch", {"url": "file:///etc/passwd"}, ""),
    ("send_email", LETTER | {"subject": "Lunch\r\nBcc: eve@example.com"}, UNFIT),
    ("send_email", LETTER | {"to": ["bob@example.com\r\nBcc: eve@example.com"]}, UNFIT),
    ("create_event", LUNCH | {"title": INJECTED, "calendar": "Home"}, UNFIT),
    ("create_event", LUNCH | {"attendees": [INJECTED], "calendar": "Home"}, UNFIT),
]


@pytest.mark.parametrize(("tool", "arguments", "said"), BAD)
async def test_it_is_an_answer_and_a_row(  # noqa: PLR0913
    tool, arguments, said, alice, demo, mail_form, calendar_form
):
    if tool in ("send_email", "create_event"):
        await connect(alice.id, "mail", mail_form)
        await connect(alice.id, "caldav", calendar_form)
    state = await ask(alice, f"use {tool} {json.dumps(arguments)}")
    (part,) = [part for part in state.parts if part["type"] == "tool"]
    assert (state.status, part["state"]) == ("done", "failed")
    assert said in part["result"]
    assert f"The tool `{tool}` did not work: {part['result']}" in text_of(state.parts)
    entry, *before = [entry for entry in await told(alice) if entry.kind == "call"]
    assert (entry.what, entry.status) == (tool, "failed")
    assert {each.status for each in before} <= {"started"}
    assert json.loads(entry.asked) == arguments
    assert entry.answered == part["result"]
    assert not (await audit_chain.verify(alice.id)).why


@pytest.fixture
def two_steps(monkeypatch, db):
    """What a turn may take here, so that its vendor is asked no more often."""
    assert settings().turn_steps == 25
    monkeypatch.setenv("TURN_STEPS", "2")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def go_on_for_ever(vendors):
    blocks = [(Call("calculator", (f'{{"expression": "{n}+1"}}',)),) for n in range(3)]
    vendors.then("anthropic", *(Script(blocks=each) for each in blocks))


async def test_calls_without_end_are_ended_and_each_has_its_row(alice, two_steps, vendors):
    go_on_for_ever(vendors)
    state = await ask(alice, "Go on for ever.")
    assert state.status == "interrupted"
    assert state.end["error"] == "The answer took more than 2 steps and was stopped."
    assert [entry.status for entry in await told(alice) if entry.kind == "call"] == ["done"] * 2


async def test_calls_without_end_are_ended_when_their_time_is_over(alice, vendors, monkeypatch):
    assert loop.STEPS_SECONDS == 120
    monkeypatch.setattr(loop, "STEPS_SECONDS", -1.0)
    go_on_for_ever(vendors)
    state = await ask(alice, "Go on for ever.")
    assert state.status == "interrupted"
    assert "stopped after two minutes" in state.end["error"]
