"""How each call of AgentDojo's is made with the app's tools, as a model would make it.

A tool of AgentDojo's may take several of ours: to look up what a call is about, then to do it. Each
is a generator that yields the calls of one reply and is sent their results, in the same order.
"""

import re
from collections.abc import Callable, Generator
from typing import Any

from tests.bench.dojo.calendars import CALENDAR

Ours = tuple[str, dict[str, Any]]
Moves = Generator[list[Ours], list[str], None]

YEAR = {"start": "2024-01-01", "end": "2024-12-30"}
MOST_FOUND = 25
MOST_CALLS = 30
LETTER = re.compile(
    r"^\[(?P<id>[^\]]+)\] [^·]*· [^·]*· (?P<subject>.*?)(?P<unread> \(unread\))?$", re.M
)
FILE = re.compile(r"^(?P<id>[0-9a-f-]{36})  (?P<name>\S+)  \(", re.M)


def moves(name: str, args: dict[str, Any], world: Any) -> Moves:
    """The replies that make this call. world: the environment that it is made in."""
    made = TABLE.get(name)
    if made is None:
        yield [(name, args)]  # a tool that the app has not; whoever obeys asks for it all the same
    else:
        yield from made(args, world)


def _letters(found: str) -> list[dict[str, str]]:
    return [each.groupdict() for each in LETTER.finditer(found)]


def _read_all(letters: list[dict[str, str]]) -> Moves:
    if letters:
        yield [("read_email", {"email_id": each["id"]}) for each in letters[:MOST_CALLS]]


def _search_emails(args: dict[str, Any], world: Any) -> Moves:
    wanted = {"words": args["query"], "sender": args.get("sender") or "", "most": MOST_FOUND}
    (found,) = yield [("search_email", wanted)]
    yield from _read_all(_letters(found))


def _all_of(folder: str) -> Callable[[dict[str, Any], Any], Moves]:
    def look(args: dict[str, Any], world: Any) -> Moves:
        (found,) = yield [("search_email", {"folder": folder, "most": MOST_FOUND})]
        yield from _read_all(_letters(found))

    return look


def _unread(args: dict[str, Any], world: Any) -> Moves:
    (found,) = yield [("search_email", {"most": MOST_FOUND})]
    yield from _read_all([each for each in _letters(found) if each["unread"]])


def _contacts(args: dict[str, Any], world: Any) -> Moves:
    yield [
        ("search_email", {"words": args["query"], "folder": folder, "most": MOST_FOUND})
        for folder in ("inbox", "sent")
    ]


def _send_email(args: dict[str, Any], world: Any) -> Moves:
    """What would be attached goes into the text: the app attaches nothing."""
    ids = [each["file_id"] for each in args.get("attachments") or ()]
    files = [world.cloud_drive.files[each].content.rstrip() for each in ids]
    letter = {"to": args["recipients"], "subject": args["subject"]}
    letter["text"] = "\n\n".join([args["body"], *files])
    yield [("send_email", letter | {key: args[key] for key in ("cc", "bcc") if args.get(key)})]


def _delete_email(args: dict[str, Any], world: Any) -> Moves:
    """A letter that was there, or the oldest that goes to somebody new: the one sent just now."""
    known = world.inbox.emails.get(args["email_id"])
    folder = "sent" if known is None else "inbox"
    (found,) = yield [("search_email", {"folder": folder, "most": MOST_FOUND})]
    letters = _letters(found)
    if known is None:
        old = {each.subject for each in world.inbox.sent}
        fits = [each for each in letters if each["subject"] not in old][-1:]
    else:
        fits = _the_one(letters, known, world)
    if fits:
        letter = fits[0]
        yield [("delete_email", {"email_id": letter["id"], "subject": letter["subject"]})]


def _the_one(letters: list[dict[str, str]], known: Any, world: Any) -> list[dict[str, str]]:
    """Of letters with the same subject, the newest first, this one; no other may be gone yet."""
    same = [each.id_ for each in world.inbox.received if each.subject == known.subject]
    fits = [each for each in letters if each["subject"] == known.subject]
    newer = len(same) - 1 - same.index(known.id_)
    return fits[newer : newer + 1]


def _list_events(args: dict[str, Any], world: Any) -> Moves:
    day = args.get("date") or args.get("day")
    when = {"start": day, "end": day} if day else YEAR
    yield [("list_events", when | ({"words": args["query"]} if "query" in args else {}))]


def _create_event(args: dict[str, Any], world: Any) -> Moves:
    own = world.calendar.account_email
    guests = [each for each in args.get("participants") or () if each != own]
    event = {
        "title": args["title"],
        "start": args["start_time"].replace(" ", "T"),
        "end": args["end_time"].replace(" ", "T"),
        "calendar": CALENDAR,
        "attendees": guests,
        "location": args.get("location") or "",
        "description": args.get("description") or "",
    }
    yield [("create_event", {key: value for key, value in event.items() if value})]


def _found_event(event_id: str, world: Any) -> Generator[list[Ours], list[str], dict[str, Any]]:
    """The event as the app's tools want it to be named."""
    event = world.calendar.events[event_id]
    day = f"{event.start_time:%F}"
    (found,) = yield [("list_events", {"start": day, "end": day})]
    for block in found.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if lines.get("title") == event.title:
            people = re.findall(r"\S+@\S+", lines.get("attendees", ""))
            named = {key: lines[key] for key in ("id", "calendar", "title", "start")}
            return named | {"attendees": people}
    raise LookupError(f"{event.title} is not listed:\n{found}")


def _cancel_event(args: dict[str, Any], world: Any) -> Moves:
    event = yield from _found_event(args["event_id"], world)
    yield [("delete_event", {"event": event})]


def _move_event(args: dict[str, Any], world: Any) -> Moves:
    event = yield from _found_event(args["event_id"], world)
    start, end = (args[key].replace(" ", "T") for key in ("new_start_time", "new_end_time"))
    yield [("update_event", {"event": event, "start": start, "end": end})]


def _invite(args: dict[str, Any], world: Any) -> Moves:
    event = yield from _found_event(args["event_id"], world)
    yield [("update_event", {"event": event, "invite": args["participants"]})]


def _listed_files() -> Generator[list[Ours], list[str], dict[str, str]]:
    """Ids by names."""
    (found,) = yield [("list_files", {"limit": 50})]
    return {each["name"]: each["id"] for each in FILE.finditer(found)}


def _read_files(fits: Callable[[Any, dict[str, Any]], bool]) -> Callable[..., Moves]:
    """AgentDojo's tools show the content of all files that they find."""

    def read(args: dict[str, Any], world: Any) -> Moves:
        there = yield from _listed_files()
        found = [each.filename for each in world.cloud_drive.files.values() if fits(each, args)]
        calls = [("read_file", {"file_id": there[name]}) for name in found if name in there]
        if calls:
            yield calls[:MOST_CALLS]

    return read


def _append(args: dict[str, Any], world: Any) -> Moves:
    there = yield from _listed_files()
    file = world.cloud_drive.files[args["file_id"]]
    if file.filename not in there:
        return  # the attacker was faster
    old = there[file.filename]
    yield [("read_file", {"file_id": old})]
    text = file.content.rstrip() + args["content"]
    yield [("write_file", {"name": file.filename, "text": text, "replaces": old})]


def _create_file(args: dict[str, Any], world: Any) -> Moves:
    yield [("write_file", {"name": args["filename"], "text": args["content"]})]


def _delete_file(args: dict[str, Any], world: Any) -> Moves:
    there = yield from _listed_files()
    name = world.cloud_drive.files[args["file_id"]].filename
    if name in there:
        yield [("delete_file", {"file_id": there[name]})]


def _day(args: dict[str, Any], world: Any) -> Moves:
    yield [("current_time", {})]


TABLE: dict[str, Callable[[dict[str, Any], Any], Moves]] = {
    "send_email": _send_email,
    "delete_email": _delete_email,
    "get_unread_emails": _unread,
    "get_sent_emails": _all_of("sent"),
    "get_received_emails": _all_of("inbox"),
    "get_draft_emails": _all_of("drafts"),
    "search_emails": _search_emails,
    "search_contacts_by_name": _contacts,
    "search_contacts_by_email": _contacts,
    "get_current_day": _day,
    "search_calendar_events": _list_events,
    "get_day_calendar_events": _list_events,
    "create_calendar_event": _create_event,
    "cancel_calendar_event": _cancel_event,
    "reschedule_calendar_event": _move_event,
    "add_calendar_event_participants": _invite,
    "append_to_file": _append,
    "search_files_by_filename": _read_files(
        lambda file, args: args["filename"].lower() in file.filename.lower()
    ),
    "create_file": _create_file,
    "delete_file": _delete_file,
    "get_file_by_id": _read_files(lambda file, args: file.id_ == args["file_id"]),
    "list_files": _read_files(lambda file, args: True),
    "search_files": _read_files(lambda file, args: args["query"].lower() in file.content.lower()),
}
