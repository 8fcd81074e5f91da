"""The settings of what tools may do: what they show, and what each command changes for whom."""

from uuid import uuid4

import pytest

from assistant.agent.acts import Effect
from assistant.agent.tools import TOOLS
from assistant.agent.tools.calculator import calculator
from assistant.connectors.mcp_server import Offered
from assistant.connectors.mcp_tools import tool_of
from assistant.database import user_session
from assistant.errors import DatabaseAway
from assistant.services import permissions
from assistant.services.tiers import FREE
from assistant.state.permissions import PermissionsState, _tool


@pytest.fixture
def page(hers):
    """Sends a command, or opens the page, and tells what is shown then."""

    async def send(event: str = "load", **payload):
        await hers.send(PermissionsState, event, **payload)
        return await hers.state(PermissionsState)

    return send


async def granted(user, **scope):
    async with user_session(user.id) as session:
        return await permissions.grant(session, "delete_note", **scope)


def rule_of(shown, tool):
    return next(each for each in shown.tools if each.name == tool)


async def test_each_tool_says_what_it_can_do_and_what_it_may(page):
    shown = await page()
    reads, deletes = rule_of(shown, "calculator"), rule_of(shown, "delete_note")
    assert (reads.title, reads.rule) == ("Calculator", "allow")
    assert [each["value"] for each in reads.choices] == ["off", "ask", "allow"]
    assert reads.does.endswith(" Only reads.")
    assert (deletes.title, deletes.rule) == ("Delete note", "ask")
    assert [each["value"] for each in deletes.choices] == ["off", "ask"]
    assert (shown.grants, shown.ready) == ([], True)


async def test_a_choice_is_kept_and_said(page, alice):
    shown = await page("choose", tool="calculator", rule="off")
    assert (rule_of(shown, "calculator").rule, shown.said) == ("off", "Saved.")
    assert await permissions.rules(alice.id) == {"calculator": "off"}
    await page("choose", tool="calculator", rule="ask")
    assert await permissions.rules(alice.id) == {"calculator": "ask"}
    shown = await page("choose", tool="calculator", rule="allow")
    assert await permissions.rules(alice.id) == {}
    assert (shown.changed, shown.number) == ("calculator", 3)


async def test_a_choice_that_cannot_be_read_again_is_saved_all_the_same(page, alice, monkeypatch):
    async def away(_user_id):
        raise DatabaseAway

    monkeypatch.setattr(permissions, "granted", away)
    shown = await page("choose", tool="calculator", rule="off")
    assert await permissions.rules(alice.id) == {"calculator": "off"}
    assert (shown.said, shown.failed, shown.problem) == ("Saved.", False, str(DatabaseAway()))


async def test_what_deletes_can_be_off_and_is_never_allowed_altogether(page, alice):
    await page("choose", tool="delete_note", rule="off")
    assert await permissions.rules(alice.id) == {"delete_note": "off"}
    shown = await page("choose", tool="delete_note", rule="allow")
    assert (shown.failed, shown.said.split(".")[0]) == (
        True,
        "What sends or deletes always asks",
    )
    assert await permissions.rules(alice.id) == {"delete_note": "off"}
    shown = await page("choose", tool="delete_note", rule="ask")
    assert (rule_of(shown, "delete_note").rule, await permissions.rules(alice.id)) == ("ask", {})


async def test_a_tool_that_is_none_is_refused(page, alice):
    shown = await page("choose", tool="no_such_tool", rule="off")
    assert shown.said.startswith("This tool does not exist.")
    assert await permissions.rules(alice.id) == {}


async def test_permissions_that_stand_are_listed_and_end_when_they_are_revoked(page, alice):
    everywhere, one = await granted(alice), await granted(alice, target="Milk")
    shown = await page()
    assert {each.scope for each in shown.grants} == {"For all that it does", "Only for Milk"}
    assert all(each.tool == "Delete note" and each.expires_at for each in shown.grants)
    shown = await page("revoke", grant_id=str(one))
    assert [each.id for each in shown.grants] == [str(everywhere)]
    assert [each.id for each in await permissions.granted(alice.id)] == [everywhere]


async def test_a_permission_of_somebody_else_does_not_exist(page, bob):
    theirs = await granted(bob)
    for which in (theirs, uuid4()):
        shown = await page("revoke", grant_id=str(which))
        assert shown.problem == "This permission does not exist."
    assert len(await permissions.granted(bob.id)) == 1


def test_each_of_our_tools_says_to_people_what_it_does_in_other_words_than_to_models():
    assert [tool.name for tool in TOOLS if not tool.about.endswith(".")] == []
    assert [tool.name for tool in TOOLS if "user" in tool.about] == []
    row = _tool(calculator, {}, FREE)
    assert row.does == "Works out sums, exactly. Only reads."


def test_of_what_a_server_says_of_its_tool_the_beginning_is_shown():
    long = Offered("addAll", "m" * 500, {})
    tool = tool_of("sums", "localhost", long, Effect.READ, lambda name, given: None)
    row = _tool(tool, {}, FREE)
    assert row.plan == "Pro"
    assert row.title == "Sums: addAll"
    assert row.does == f"{tool.description[:200]}… Only reads."


async def test_what_the_plan_lacks_is_shown_with_the_plan_that_has_it(page, free, monkeypatch):
    monkeypatch.setattr("assistant.services.features.OURS", frozenset({"calculator"}))
    plans = {each.name: each.plan for each in (await page()).tools}
    assert (plans["calculator"], plans["delete_note"]) == ("", "Pro")


async def test_a_plan_that_lacks_nothing_is_not_named(page):
    assert {each.plan for each in (await page()).tools} == {""}
