"""A process is killed with SIGKILL at each step of an undo: asked again, it comes to its end."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

from assistant.agent.execution import executed
from assistant.agent.types import ToolCall
from assistant.errors import Refused
from assistant.services import audit_chain, files
from assistant.services.connections import connect
from assistant.services.notes import StoredNotes
from assistant.services.toolkit import toolkit_of
from assistant.services.undo import undo
from tests.servers.imap import imap_server
from tests.servers.smtp import smtp_server
from tests.services.accounts_outside import calendar, calendar_form, inside
from tests.services.calls import written
from tests.services.killed import at_each_step, take_back
from tests.services.talk import rows

__all__ = ["calendar", "calendar_form", "inside"]

LETTER = b"From: Bob <bob@example.com>\r\nSubject: Lunch\r\nMessage-ID: <%d@example.com>\r\n\r\nHi"
LUNCH = {"title": "Lunch", "start": "2026-12-03T12:00", "end": "2026-12-03T13:00"}


async def done(user, tool, **arguments):
    """The id of the row of a call that was run."""
    toolkit = await toolkit_of(user.id)
    call = ToolCall("c", tool, arguments)
    outcome = await executed(toolkit.tool(tool), call, toolkit.context(uuid4().hex), 30)
    assert not outcome.result.is_error, outcome.result.content
    return await written(user, tool, arguments, outcome.undo)


async def is_undone_wherever_it_is_killed(db, user, make, whole):
    """make: does something, and gives the id of its row. whole: whether all is as before."""

    async def prepared():
        return user.id, await make()

    async def after(user_id, execution_id):
        with suppress(Refused):  # it may have come to its end
            await undo(user_id, execution_id)
        assert await whole()
        log = "select status from tool_executions where user_id = $1 and metadata ->> 'undo' = $2"
        said = [row["status"] for row in await rows(db, log, user_id, str(execution_id))]
        assert said.count("undone") == 1
        assert "started" in said
        assert "failed" not in said

    await at_each_step(take_back, prepared, after)
    assert not (await audit_chain.verify(user.id)).why


async def test_a_changed_note(alice, db):
    notes = StoredNotes(alice.id)
    note = await notes.create("Milk", "Two litres", tainted=False, key="k")

    async def make():
        return await done(alice, "update_note", note_id=note.id, text="Three litres")

    async def whole():
        return (await notes.find(note.id)).text == "Two litres"

    await is_undone_wherever_it_is_killed(db, alice, make, whole)


async def test_a_file_in_the_place_of_another(alice, db):
    async def names():
        return [(file.id, file.name) for file in await files.listed(alice.id)]

    await done(alice, "write_file", name="plan.md", text="Plan A")
    ((file_id, _),) = before = await names()

    async def make():
        return await done(alice, "write_file", name="new.md", text="Plan B", replaces=str(file_id))

    async def whole():
        return await names() == before

    await is_undone_wherever_it_is_killed(db, alice, make, whole)


async def test_an_event_that_was_created(alice, db, calendar, calendar_form):
    await connect(alice.id, "caldav", calendar_form)
    before = calendar.names("home")

    async def make():
        return await done(alice, "create_event", **LUNCH, calendar="Home")

    async def whole():
        return calendar.names("home") == before

    await is_undone_wherever_it_is_killed(db, alice, make, whole)


async def connected_mail(user, imap, smtp):
    form = {"address": "alice@example.com", "password": "correct horse"}
    for kind, port in (("imap", imap.port), ("smtp", smtp.plain_port)):
        form |= {f"{kind}_host": "localhost", f"{kind}_port": str(port)}
        form |= {f"{kind}_security": "plain"}
    await connect(user.id, "mail", form)


async def test_a_letter_that_was_deleted(alice, db):
    async with imap_server() as imap, smtp_server() as smtp:
        await connected_mail(alice, imap, smtp)
        await imap.put(LETTER % 1, when=datetime.now(UTC))

        async def make():
            toolkit = await toolkit_of(alice.id)
            found = await toolkit.tool("search_email").run({}, toolkit.context())
            letter_id = found.content[1:].partition("]")[0]
            return await done(alice, "delete_email", email_id=letter_id, subject="Lunch")

        async def whole():
            inbox, trash = [await imap.letters(each) for each in ("INBOX", "Trash")]
            return (len(inbox), len(trash)) == (1, 0)

        await is_undone_wherever_it_is_killed(db, alice, make, whole)


async def test_a_draft(alice, db):
    async with imap_server() as imap, smtp_server() as smtp:
        await connected_mail(alice, imap, smtp)

        async def make():
            return await done(alice, "draft_email", subject="Lunch?", text="Today?")

        async def whole():
            return await imap.letters("Drafts") == []

        await is_undone_wherever_it_is_killed(db, alice, make, whole)
