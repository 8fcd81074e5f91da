"""Mail: search, read, draft, send, reply, delete."""

import json
import re
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, JsonValue

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.backends.mail import Folder, Found, Letter, Mailbox, Received, Wanted
from assistant.agent.quoting import quoted
from assistant.agent.recipients import MOST_RECIPIENTS, Addresses, shown
from assistant.agent.tool import tool
from assistant.errors import Gone, ToolError

MOST_FOUND = 25
MOST_WORDS = 10
LONGEST_SUBJECT = 300
LONGEST_TEXT = 50_000
SHOWN_TEXT = 15_000
SECONDS_TO_TAKE_BACK = 10.0

NO_RECIPIENT = (
    "Nothing was sent: `to` must name whom to answer. The right ones stand in what read_email "
    "gives, after “To answer”."
)
TOO_MANY = f"A letter goes to at most {MOST_RECIPIENTS} recipients, cc and bcc included."
OTHER_SUBJECT = (
    "Nothing was deleted: the letter of this id has another subject. Search again, and give the "
    "subject as it stands there."
)

_HIDING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]")


def _one_line(text: str) -> str:
    if _HIDING.search(text):
        raise ValueError("must be one line, without control characters")
    return text


def _writable(text: str) -> str:
    if _UNWRITABLE.search(text):
        raise ValueError("must not hold control characters")
    return text


Line = Annotated[str, Field(max_length=LONGEST_SUBJECT), AfterValidator(_one_line)]
Words = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_writable)]
EmailId = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_one_line)]
Most = Annotated[int, Field(ge=1, le=MOST_FOUND)]


@tool(
    Effect.READ,
    "Searched mail",
    about="Finds mail in your mailbox.",
    untrusted=True,
    needs=Mailbox,
    repeatable=True,
)
async def search_email(  # noqa: PLR0913  (each is one thing to search for)
    context: ToolContext,
    words: Line = "",
    sender: Line = "",
    since: date | None = None,
    before: date | None = None,
    folder: Folder = "inbox",
    most: Most = 10,
) -> str:
    """List letters of the user's mailbox, the newest first, each with the id that others need.

    words: all must occur in the letter. sender: a part of the sender's name or address.
    since, before: days such as "2026-11-30"; before is not included.
    """
    asked = tuple(words.split()[:MOST_WORDS])
    wanted = Wanted(asked, sender.strip(), since, before, folder, most)
    letters = await context.backend(Mailbox).search(wanted)
    return "\n".join(_listed(each, context) for each in letters) or "No letter fits."


@tool(
    Effect.READ,
    "Read mail",
    about="Reads an email.",
    untrusted=True,
    needs=Mailbox,
    repeatable=True,
)
async def read_email(email_id: EmailId, context: ToolContext) -> str:
    """Read one letter: who wrote to whom, the text, the names of what is attached.

    email_id: as search_email gives it. Reading does not mark the letter as read.
    """
    mailbox = context.backend(Mailbox)
    letter = await mailbox.read(email_id)
    return _told(letter, await mailbox.address(), context)


def _listed(letter: Found, context: ToolContext) -> str:
    unread = " (unread)" if letter.unread else ""
    when = _when(letter.date, context)
    return f"[{letter.id}] {when} · {letter.sender} · {letter.subject or 'no subject'}{unread}"


def _told(letter: Received, own: str, context: ToolContext) -> str:
    """The letter for the model; what it needs for an answer stands ready."""
    others = [
        each for each in (*letter.to, *letter.cc) if each.lower() != own.lower()
        and each not in letter.answer_to
    ]  # fmt: skip
    lines = {
        "Subject": letter.subject,
        "From": letter.sender,
        "To": ", ".join(letter.to),
        "Cc": ", ".join(letter.cc),
        "Date": _when(letter.date, context),
        "Attached": ", ".join(letter.attachments),
        "To answer": f"to={json.dumps(letter.answer_to)} subject={json.dumps(_re(letter.subject))}",
        "To answer all": f"also cc={json.dumps(others)}" if others else "",
    }
    head = "\n".join(f"{name}: {value}" for name, value in lines.items() if value)
    text = letter.text[:SHOWN_TEXT]
    cut = not letter.whole or len(letter.text) > SHOWN_TEXT
    return f"{head}\n\n{text or '(no text)'}" + ("\n… (the letter goes on)" if cut else "")


def _when(when: datetime | None, context: ToolContext) -> str:
    if when is None:
        return "no date"
    try:
        return f"{when.astimezone(ZoneInfo(context.timezone)):%a %d %b %Y, %H:%M}"
    except (OverflowError, ValueError):
        return "no date"


def _re(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


async def _undraft(saved: JsonValue, context: ToolContext) -> str:
    with suppress(Gone):  # by a try that was cut off behind it
        await context.backend(Mailbox).trash(str(saved))
    return "The draft is in the trash."


@tool(
    Effect.WRITE,
    "Drafted mail",
    about="Keeps an email among your drafts. Nobody receives it.",
    needs=Mailbox,
    undo=_undraft,
)
async def draft_email(  # noqa: PLR0913  (the parts of a letter)
    subject: Line,
    text: Words,
    context: ToolContext,
    to: Addresses = (),
    cc: Addresses = (),
    bcc: Addresses = (),
) -> Output:
    """Keep a letter among the drafts, for the user to look at; nobody receives it.

    to, cc, bcc: plain addresses. text: plain text.
    """
    letter = _bounded(Letter(to, cc, bcc, subject, text))
    draft = await context.backend(Mailbox).draft(letter, context.key)
    return Output(f"The letter is among the drafts. Its id: {draft}", undo=draft)


def _sending(
    to: Addresses, subject: str, text: str, cc: Addresses = (), bcc: Addresses = ()
) -> Intent:
    return _intent("Send", _bounded(Letter(to, cc, bcc, subject, text)))


@tool(
    Effect.SEND,
    "Sent mail",
    about="Sends an email from your address.",
    intent=_sending,
    needs=Mailbox,
    delay=SECONDS_TO_TAKE_BACK,
)
async def send_email(  # noqa: PLR0913  (the parts of a letter)
    to: Annotated[Addresses, Field(min_length=1)],
    subject: Line,
    text: Words,
    context: ToolContext,
    cc: Addresses = (),
    bcc: Addresses = (),
) -> str:
    """Send a new letter from the user's address. To answer one, use reply_email.

    to, cc, bcc: plain addresses such as "bob@example.com", without names. text: plain text.
    """
    return await _sent(_bounded(Letter(to, cc, bcc, subject, text)), context)


def _replying(  # noqa: PLR0913  (as reply_email)
    email_id: str,
    subject: str,
    text: str,
    to: Addresses = (),
    cc: Addresses = (),
    bcc: Addresses = (),
) -> Intent:
    if not to:
        raise ToolError(NO_RECIPIENT)
    return _intent("Answer with", _bounded(Letter(to, cc, bcc, subject, text)))


@tool(
    Effect.SEND,
    "Replied",
    about="Answers an email from your address.",
    intent=_replying,
    needs=Mailbox,
    delay=SECONDS_TO_TAKE_BACK,
)
async def reply_email(  # noqa: PLR0913  (the parts of a letter)
    email_id: EmailId,
    subject: Line,
    text: Words,
    context: ToolContext,
    to: Addresses = (),
    cc: Addresses = (),
    bcc: Addresses = (),
) -> str:
    """Answer a letter, in its thread.

    email_id: of the letter that is answered. to, cc, subject: as read_email gives them after
    "To answer"; nobody else gets the answer. text: plain text; the letter is not quoted.
    """
    if not to:
        raise ToolError(NO_RECIPIENT)
    answered = await context.backend(Mailbox).read(email_id)
    references, thread = answered.references, answered.thread
    letter = Letter(to, cc, bcc, subject, text, answered.message_id, references, thread)
    return await _sent(_bounded(letter), context)


def _bounded(letter: Letter) -> Letter:
    if len(letter.recipients) > MOST_RECIPIENTS:
        raise ToolError(TOO_MANY)
    return letter


def _intent(verb: str, letter: Letter) -> Intent:
    """Every recipient is named, those in bcc as such."""
    groups = (("to ", letter.to), ("cc ", letter.cc), ("bcc ", letter.bcc))
    named = "; ".join(f"{kind}{', '.join(map(shown, each))}" for kind, each in groups if each)
    sentence = f"{verb} {quoted(letter.subject)} {named}"
    return Intent(
        Effect.SEND, sentence, tuple(Target("recipient", each) for each in letter.recipients)
    )


async def _sent(letter: Letter, context: ToolContext) -> str:
    more = await context.backend(Mailbox).send(letter, context.key)
    return f"Sent to {', '.join(letter.recipients)}. {more}".rstrip()


def _deleting(email_id: str, subject: str) -> Intent:
    return Intent(Effect.DESTROY, f"Move the letter {quoted(subject)} to the trash")


async def _undelete(saved: JsonValue, context: ToolContext) -> str:
    await context.backend(Mailbox).restore(saved)
    return "The letter is back where it was."


@tool(
    Effect.DESTROY,
    "Deleted mail",
    about="Moves an email to the trash.",
    intent=_deleting,
    needs=Mailbox,
    undo=_undelete,
)
async def delete_email(email_id: EmailId, subject: Line, context: ToolContext) -> Output:
    """Move a letter to the trash.

    email_id, subject: as search_email gives them; the subject tells the user which letter it is.
    """
    mailbox = context.backend(Mailbox)
    if (await mailbox.read(email_id)).subject[:LONGEST_SUBJECT] != subject:
        raise ToolError(OTHER_SUBJECT)
    return Output("The letter is in the trash.", undo=await mailbox.trash(email_id))


MAIL_TOOLS = (search_email, read_email, draft_email, send_email, reply_email, delete_email)
