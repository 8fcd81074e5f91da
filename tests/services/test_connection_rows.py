"""What a row keeps comes back as it was; what does not open is nothing."""

from uuid import uuid4

import pytest

from assistant.agent.acts import Effect
from assistant.connectors.mcp_server import Offered
from assistant.database import user_session
from assistant.errors import NotFound
from assistant.models import Connection
from assistant.services.connection_forms import CaldavForm, GoogleGrant, uses_of
from assistant.services.connection_rows import (
    SECRET,
    McpTool,
    form_in,
    locked,
    sealed_form,
    sealed_tools,
    tools_in,
)
from assistant.services.connections import keep
from assistant.services.keys import vault_in

CALENDAR = CaldavForm(server="https://cal.example.com", user="alice", password="secret")
GRANT = GoogleGrant(
    issuer="https://accounts.google.com",
    subject="1",
    address="",
    refresh_token="token",
    asked=("calendar", "mail"),
    uses=("mail",),
)


async def vault_of(user):
    async with user_session(user.id) as session:
        return await vault_in(session)


@pytest.mark.parametrize("form", [CALENDAR, GRANT], ids=lambda form: form.kind)
async def test_what_lets_in_comes_back_as_it_was(form, alice):
    vault = await vault_of(alice)
    row = Connection(user_id=alice.id, kind=form.kind)
    row.secret = sealed_form(vault, row.id, form)
    assert form_in(row, vault) == form
    assert form.password.encode() not in row.secret if form is CALENDAR else True


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"words": "x"}', "\x00"])
async def test_what_fits_no_rules_lets_nobody_in(said, alice):
    vault = await vault_of(alice)
    for kind in ("caldav", "mail", "mcp", "google"):
        row = Connection(user_id=alice.id, kind=kind)
        row.secret = vault.seal(SECRET, row.id, said)
        assert form_in(row, vault) is None


async def test_what_stood_in_another_row_opens_nothing(alice):
    vault = await vault_of(alice)
    row = Connection(user_id=alice.id, kind="google")
    row.secret = sealed_form(vault, uuid4(), GRANT)
    assert form_in(row, vault) is None


async def test_tools_come_back_with_what_the_user_says_of_them(alice):
    vault = await vault_of(alice)
    row = Connection(user_id=alice.id, kind="mcp")
    assert tools_in(row, vault) == ()
    tools = (McpTool(Offered("add", "Adds.", {"type": "object"}), Effect.READ),)
    row.tools = sealed_tools(vault, row.id, tools)
    assert tools_in(row, vault) == tools


async def test_only_the_users_own_row_can_be_held(alice, bob):
    row_id, _ = await keep(alice.id, CALENDAR)
    async with user_session(alice.id) as session:
        assert (await locked(session, row_id)).kind == "caldav"
    async with user_session(bob.id) as session:
        with pytest.raises(NotFound):
            await locked(session, row_id)


def test_an_account_serves_as_what_was_granted_and_is_called_by_its_address():
    assert uses_of(CALENDAR) == ("calendar",)
    assert uses_of(GRANT) == ("mail",)
    assert GRANT.label == "Your Google account"
    assert GRANT.is_of(GRANT.model_copy(update={"refresh_token": "other"}))
    assert not GRANT.is_of(GRANT.model_copy(update={"subject": "2"}))
    assert not GRANT.is_of(GRANT.model_copy(update={"issuer": "https://evil.example"}))
