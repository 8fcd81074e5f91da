"""Calls find out whether an account still lets us in, and the settings show it, for every kind."""

import asyncio
from uuid import uuid4

import pytest

from assistant.agent.acts import ToolContext
from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Letter, Mailbox, Wanted
from assistant.connectors.mcp_server import Offered
from assistant.errors import AccessRefused, ToolError
from assistant.services.connected import connected
from assistant.services.connection_forms import CaldavForm, MailForm, McpForm
from assistant.services.connection_standing import Heeded, Standing, for_people, note
from assistant.services.connections import keep, listed
from tests.conftest import all_ended
from tests.servers.imap import PASSWORD
from tests.servers.mcp import TOKEN, mcp_server
from tests.services.accounts_outside import calendar, calendar_form, inside, mail_form
from tests.services.talk import rows

__all__ = ["calendar", "calendar_form", "inside", "mail_form"]
WRONG = "does not accept"
ADD = [Offered("add", "", {"type": "object"})]


async def only(user):
    await all_ended()
    (one,) = await listed(user.id)
    return one


async def use_calendar(user):
    await (await connected(user.id)).backends[Calendar].calendars()


async def use_mail(user):
    await (await connected(user.id)).backends[Mailbox].search(Wanted())


async def use_server(user):
    (tool,) = (await connected(user.id)).tools
    await tool.run({"a": 2, "b": 3}, ToolContext())


@pytest.fixture
async def accounts(calendar_form, mail_form):
    """By kind: the form with what lets in and with what does not, and how it is used."""
    async with mcp_server(token=True) as server:
        sums = McpForm(name="sums", url=server.url, token=TOKEN)
        yield {
            "caldav": (CaldavForm(**calendar_form), {"password": "wrong"}, use_calendar),
            "mail": (MailForm(**mail_form), {"password": "wrong"}, use_mail),
            "mcp": (sums, {"token": "wrong"}, use_server),
        }


@pytest.mark.parametrize("kind", ["caldav", "mail", "mcp"])
async def test_who_is_not_let_in_is_told_and_who_is_again_is_not(kind, alice, accounts):
    form, wrong, use = accounts[kind]
    await keep(alice.id, form.model_copy(update=wrong), ADD)
    assert not (await only(alice)).failing
    with pytest.raises(AccessRefused, match=WRONG):
        await use(alice)
    one = await only(alice)
    assert one.failing
    assert WRONG in one.reason
    assert "The user can" not in one.reason
    await keep(alice.id, form, ADD)
    await note(alice.id, (await only(alice)).id, "It did not answer.")
    await use(alice)
    assert not (await only(alice)).failing


LETTER = Letter(("bob@example.com",), (), (), "Hello", "Hello Bob")


async def send_mail(user):
    await (await connected(user.id)).backends[Mailbox].send(LETTER, uuid4().hex)


async def test_of_the_two_servers_of_a_mailbox_neither_speaks_for_the_other(
    alice, mail_form, monkeypatch
):
    """Letters can be read, and none can be sent: the settings go on saying so."""
    await keep(alice.id, MailForm(**mail_form))
    monkeypatch.setattr("tests.servers.smtp.PASSWORD", "changed there")
    with pytest.raises(AccessRefused, match=WRONG):
        await send_mail(alice)
    await use_mail(alice)
    assert "Nothing was sent" in (await only(alice)).reason
    monkeypatch.setattr("tests.servers.smtp.PASSWORD", PASSWORD)
    await send_mail(alice)
    assert not (await only(alice)).failing
    await note(alice.id, (await only(alice)).id, f"localhost {WRONG} it. Nothing was changed.")
    await send_mail(alice)
    assert (await only(alice)).failing
    await use_mail(alice)
    assert not (await only(alice)).failing


class Backend:
    """Fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def act(self, word: str, *, loud: bool) -> str:
        if self.error:
            raise self.error
        return word.upper() if loud else word


async def failing_after(alice, error, calendar_form):
    await keep(alice.id, CaldavForm(**calendar_form))
    one = await only(alice)
    backend = Heeded(Backend(error), Standing(alice.id, one.id, ""))
    with pytest.raises(type(error)):
        await backend.act("a", loud=True)
    return (await only(alice)).failing


async def test_only_what_does_not_let_in_is_the_accounts_fault(alice, calendar_form):
    assert not await failing_after(alice, ToolError("There is no such event."), calendar_form)
    assert not await failing_after(alice, ValueError("a defect"), calendar_form)
    assert not await failing_after(alice, asyncio.CancelledError(), calendar_form)
    assert await failing_after(alice, AccessRefused("no"), calendar_form)


async def test_arguments_and_answers_pass_unchanged():
    assert await Heeded(Backend(), Standing(uuid4(), uuid4(), "")).act("a", loud=True) == "A"


async def test_what_is_known_is_not_written_again(alice, calendar_form, db):
    await keep(alice.id, CaldavForm(**calendar_form))
    one = await only(alice)
    for backend, reason in ((Backend(), ""), (Backend(AccessRefused("no")), "no")):
        query = "select xmin::text from connections where id = $1"
        before = await rows(db, query, one.id)
        heeded = Heeded(backend, Standing(alice.id, one.id, reason))
        try:
            await heeded.act("a", loud=False)
        except AccessRefused:
            assert reason
        await all_ended()
        assert await rows(db, query, one.id) == before


async def test_what_was_disconnected_meanwhile_is_left_alone(alice):
    await note(alice.id, uuid4(), "no")
    assert await listed(alice.id) == []


async def test_nobody_marks_what_is_another_users(alice, bob, calendar_form):
    await keep(alice.id, CaldavForm(**calendar_form))
    await note(bob.id, (await only(alice)).id, "no")
    assert not (await only(alice)).failing


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("It is off. The user can connect it anew in Settings, Connections.", "It is off."),
        ("It is off. Nothing was changed.", "It is off. Nothing was changed."),
        ("No. The user can mend it in Settings, Connections; use an app password.",
         "No. use an app password."),
    ],
)  # fmt: skip
def test_the_user_is_not_sent_where_they_are(said, shown):
    assert for_people(ToolError(said)) == shown
