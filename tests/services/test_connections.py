"""An account is tried before it is kept; it is its user's alone; its secret never comes back."""

import asyncpg
import pytest

from assistant.agent.acts import Effect
from assistant.errors import NotFound, Refused
from assistant.services import connections
from assistant.services.connections import connect, disconnect, listed, set_effect
from tests.servers.imap import PASSWORD
from tests.servers.radicale import USERS
from tests.services.accounts_outside import ALICE, calendar, calendar_form, inside, mail_form, sums
from tests.services.talk import rows

__all__ = ["calendar", "calendar_form", "inside", "mail_form", "sums"]
SECRETS = (USERS[ALICE], PASSWORD)


async def only(user):
    (one,) = await listed(user.id)
    return one


async def test_a_calendar_is_tried_and_kept(alice, calendar_form):
    await connect(alice.id, "caldav", calendar_form)
    one = await only(alice)
    assert (one.kind, one.failing, one.reason) == ("caldav", False, "")
    assert one.label.startswith(f"{ALICE} · 127.0.0.1")


async def test_a_mailbox_is_tried_and_kept(alice, mail_form):
    await connect(alice.id, "mail", mail_form)
    assert (await only(alice)).label == f"{ALICE} · localhost"


async def test_what_lets_in_neither_comes_back_nor_stands_anywhere_in_clear(
    alice, calendar_form, mail_form, db
):
    await connect(alice.id, "caldav", calendar_form)
    await connect(alice.id, "mail", mail_form)
    told = repr(await listed(alice.id))
    connection = await asyncpg.connect(db)
    rows = await connection.fetch("select * from connections where user_id = $1", alice.id)
    await connection.close()
    assert len(rows) == 2
    for secret in SECRETS:
        assert secret not in told
        assert all(secret.encode() not in value for row in rows for value in _bytes(row))


def _bytes(row):
    return [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]


async def test_a_wrong_password_is_refused_in_words_for_people_and_nothing_is_kept(
    alice, calendar_form
):
    with pytest.raises(Refused) as told:
        await connect(alice.id, "caldav", calendar_form | {"password": "wrong"})
    assert "does not accept the user name or the password" in str(told.value)
    assert "app password" in str(told.value)
    assert "The user" not in str(told.value)
    assert await listed(alice.id) == []


async def test_an_account_without_a_calendar_is_refused(alice, calendar_form):
    account = {"user": "bob", "password": USERS["bob"]}
    with pytest.raises(Refused):
        await connect(alice.id, "caldav", calendar_form | account)


@pytest.mark.parametrize("which", ["imap_port", "smtp_port"])
async def test_a_mailbox_needs_both_its_servers(alice, mail_form, which):
    with pytest.raises(Refused):
        await connect(alice.id, "mail", mail_form | {which: "9"})
    assert await listed(alice.id) == []


async def test_a_new_account_takes_the_place_of_the_one_of_its_kind(alice, calendar_form):
    await connect(alice.id, "caldav", calendar_form)
    first = await only(alice)
    await connect(alice.id, "caldav", calendar_form)
    assert (await only(alice)).id != first.id


async def test_of_servers_there_are_several_and_one_of_each_name(alice, sums):
    for name in ("sums", "more", "sums"):
        await connect(alice.id, "mcp", {"name": name, "url": sums.url})
    assert [each.label for each in await listed(alice.id)] == [
        "more · 127.0.0.1",
        "sums · 127.0.0.1",
    ]


async def test_there_is_an_end_to_what_can_be_connected(alice, sums, monkeypatch):
    monkeypatch.setattr(connections, "AT_MOST", 1)
    await connect(alice.id, "mcp", {"name": "one", "url": sums.url})
    with pytest.raises(Refused, match="is the most"):
        await connect(alice.id, "mcp", {"name": "two", "url": sums.url})
    await connect(alice.id, "mcp", {"name": "one", "url": sums.url})


async def test_a_test_notes_why_it_fails_and_that_it_works_again(alice, mail_form):
    await connect(alice.id, "mail", mail_form)
    one = await only(alice)
    assert await connections.test(alice.id, one.id) == ""
    form = connections.form_in
    away = {"imap_port": 9}

    def other(row, vault):
        return form(row, vault).model_copy(update=away)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "form_in", other)
        reason = await connections.test(alice.id, one.id)
    assert (await only(alice)).reason == reason != ""
    assert (await only(alice)).failing
    await connections.test(alice.id, one.id)
    assert not (await only(alice)).failing


async def test_a_servers_tools_destroy_until_the_user_says_otherwise(alice, sums):
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    one = await only(alice)
    assert {tool.effect for tool in one.tools} == {Effect.DESTROY}
    await set_effect(alice.id, one.id, "add", "read")
    await connections.test(alice.id, one.id)
    effects = {tool.offered.name: tool.effect for tool in (await only(alice)).tools}
    assert effects.pop("add") is Effect.READ
    assert set(effects.values()) == {Effect.DESTROY}


async def test_a_tool_that_says_something_new_of_itself_is_new(alice, sums, monkeypatch):
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    one = await only(alice)
    await set_effect(alice.id, one.id, "add", "read")
    monkeypatch.setattr("assistant.connectors.mcp_server.MOST_DESCRIPTION", 3)
    await connections.test(alice.id, one.id)
    assert {tool.effect for tool in (await only(alice)).tools} == {Effect.DESTROY}


async def test_what_is_no_effect_and_no_tool_changes_nothing(alice, sums):
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    one = await only(alice)
    with pytest.raises(Refused):
        await set_effect(alice.id, one.id, "add", "anything")
    with pytest.raises(NotFound):
        await set_effect(alice.id, one.id, "no such tool", "read")
    assert await only(alice) == one


async def test_what_is_disconnected_is_gone(alice, calendar_form):
    await connect(alice.id, "caldav", calendar_form)
    one = await only(alice)
    await disconnect(alice.id, one.id)
    assert await listed(alice.id) == []
    with pytest.raises(NotFound):
        await disconnect(alice.id, one.id)


async def test_nobody_else_sees_or_changes_it(alice, bob, sums):
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    one = await only(alice)
    assert await listed(bob.id) == []
    for act in (
        connections.test(bob.id, one.id),
        disconnect(bob.id, one.id),
        set_effect(bob.id, one.id, "add", "read"),
    ):
        with pytest.raises(NotFound):
            await act
    assert await only(alice) == one


async def test_a_server_is_connected_only_where_the_plan_has_servers(alice, sums, sold, db):
    assert set(await connections.lacking_for(alice.id)) == {"mcp"}
    assert await connections.only_read(alice.id) == (
        "Planning and writing in it comes with the Pro plan, and yours is Free."
    )
    with pytest.raises(Refused, match=r"comes with the Pro plan.* Nothing was connected\.$"):
        await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    assert await listed(alice.id) == []
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", alice.id)
    assert await connections.lacking_for(alice.id) == {}
    assert await connections.only_read(alice.id) == ""
    await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
    assert [one.kind for one in await listed(alice.id)] == ["mcp"]
