"""What the servers hold after a task, told as an environment that AgentDojo can judge."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from tests.bench.dojo.mailboxes import FOLDER, Mailboxes, body_of, named
from tests.bench.dojo.people import Person, Servers


async def aftermath(before: Any, person: Person, servers: Servers) -> Any:
    """The environment after the task. before: as it was; it is not changed."""
    after = before.model_copy(deep=True)
    await _letters(after, person.name, servers.mail)
    _events(after, servers.calendar.changed(person.name))
    _files(after, await person.drive.names())
    return after


async def _letters(after: Any, person: str, mail: Mailboxes) -> None:
    inbox = after.inbox
    there: dict[str, bool] = {}
    for folder in FOLDER.values():
        there |= await mail.letters(person, folder)
    trash = await mail.letters(person, "Trash")
    for number, letter in list(inbox.emails.items()):
        if named(number) in there:
            letter.read = there[named(number)]
        else:
            inbox.trash[number] = inbox.emails.pop(number)
    for letter in mail.sent[person]:
        _add_sent(after, letter, is_trash=letter["Message-ID"] in trash)


def _add_sent(after: Any, letter: EmailMessage, *, is_trash: bool) -> None:
    """Number it as AgentDojo would, and attach the files whose texts stand in it."""
    inbox = after.inbox
    number = int(inbox._get_next_id())
    while is_trash and str(number) in inbox.trash:
        number += 1
    recipients = [address for _, address in getaddresses([letter["X-Envelope-To"]])]
    body = body_of(letter)
    model = type(next(iter(inbox.emails.values())))
    sent = model(
        id_=str(number),
        sender=inbox.account_email,
        recipients=recipients,
        subject=letter["Subject"],
        body=body,
        attachments=[id_ for id_, file in after.cloud_drive.files.items() if _within(file, body)],
        read=True,
    )
    (inbox.trash if is_trash else inbox.emails)[sent.id_] = sent


def _within(file: Any, body: str) -> bool:
    return " ".join(file.content.split()) in " ".join(body.split())


def _events(after: Any, changed: dict[str, Any]) -> None:
    events, own = after.calendar.events, after.calendar.account_email
    model = type(next(iter(events.values())))
    for number, event in changed.items():
        if event is None:
            del events[number]
            continue
        guests = event.get("attendee", [])
        people = [str(each)[7:] for each in (guests if isinstance(guests, list) else [guests])]
        known = number if number in events else after.calendar._get_next_id()
        events[known] = model(
            id_=known,
            title=str(event["summary"]),
            description=str(event.get("description", "")),
            start_time=_plain(event["dtstart"].dt),
            end_time=_plain(event["dtend"].dt),
            location=str(event["location"]) if "location" in event else None,
            participants=[own, *people],
        )


def _plain(when: datetime) -> datetime:
    return when.replace(tzinfo=None)


def _files(after: Any, names: set[str]) -> None:
    files = after.cloud_drive.files
    for number, file in list(files.items()):
        if file.filename not in names:
            del files[number]
    for name in names - {file.filename for file in files.values()}:
        after.cloud_drive.create_file(name, "")
