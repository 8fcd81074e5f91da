"""What is connected is what the tools work on, and nothing else."""

import asyncpg

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Mailbox, Wanted
from assistant.services.connected import connected
from assistant.services.connections import connect
from assistant.services.toolkit import toolkit_of
from tests.services.accounts_outside import ALICE, calendar, calendar_form, inside, mail_form, sums

__all__ = ["calendar", "calendar_form", "inside", "mail_form", "sums"]


async def names(user):
    return {tool.name for tool in (await toolkit_of(user.id)).tools}


async def test_without_a_connection_there_are_none_of_its_tools(alice):
    assert not {"create_event", "send_email"} & await names(alice)
    assert (await connected(alice.id)).backends == {}


async def test_a_calendar_brings_its_tools(alice, bob, calendar_form):
    await connect(alice.id, "caldav", calendar_form)
    assert {"list_events", "create_event", "delete_event"} <= await names(alice)
    assert "list_events" not in await names(bob)
    found = await (await connected(alice.id)).backends[Calendar].calendars()
    assert [each.name for each in found] == ["Home"]


async def test_a_mailbox_brings_its_tools(alice, mail_form):
    await connect(alice.id, "mail", mail_form)
    assert {"search_email", "send_email"} <= await names(alice)
    mailbox = (await connected(alice.id)).backends[Mailbox]
    assert await mailbox.address() == ALICE
    assert await mailbox.search(Wanted()) == ()


async def test_a_servers_tools_are_there_by_its_name_and_run(alice, sums):
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    tool = (await toolkit_of(alice.id)).tool("sums__add")
    assert (tool.effect, tool.untrusted) == (Effect.DESTROY, True)
    output = await tool.run({"a": 2, "b": 3}, ToolContext())
    assert output.content == "The sum is 5"
    assert sums.added == [(2, 3)]


async def test_what_cannot_be_opened_is_left_out_and_the_rest_works(alice, calendar_form, sums, db):
    await connect(alice.id, "caldav", calendar_form)
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    connection = await asyncpg.connect(db)
    await connection.execute(
        "update connections set secret = label where user_id = $1 and kind = 'caldav'", alice.id
    )
    await connection.close()
    opened = await connected(alice.id)
    assert opened.backends == {}
    assert "sums__add" in {tool.name for tool in opened.tools}
