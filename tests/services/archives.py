"""Conversations as they may be stored, what an export says of them, and how two exports compare."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from assistant.database import user_session
from assistant.models import Conversation, Message
from assistant.services import messages, titles
from assistant.services.archive import FORMAT, MANIFEST, PRODUCT
from assistant.services.archived import ArchivedTalk, read_as
from assistant.services.export import export
from assistant.services.imported import Skipped
from assistant.services.imports import import_archive
from assistant.services.keys import vault_in
from assistant.services.sessions import User

PLAN = b"We meet in Zadar at noon."
NOON = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
TOOL = {
    "type": "tool",
    "id": "call_1",
    "name": "calculator",
    "called": "calculator",
    "label": "Calculator",
    "state": "done",
    "arguments": {"expression": "1+1", "deep": [{"a": None, "ü": [1.5, True]}]},
    "result": "2\nand a second line",
    "seconds": 0.25,
    "step": 0,
}
CHOSEN = ("instructions", "default_model", "preferences")
ROLES = ("user", "assistant")
REPLAY = {"model": "claude-x", "payload": {"signature": "SECRET-REPLAY"}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def said(name: str, parent: str | None, role: str, *parts: dict, **more: Any) -> dict[str, Any]:
    """A message of a library. name: stands for its id."""
    return {"id": name, "parent": parent, "role": role, "parts": list(parts), **more}


LIBRARY: list[dict[str, Any]] = [
    {
        "title": "Plan a weekend ../../etc: CON? 天気 👩‍👩‍👧",
        "model": "claude-sonnet-5",
        "details": {"titled": "user"},
        "head": "d",
        "messages": [
            said("a", None, "user", text("What is 1+1?\n\n```py\nprint(2)\n```")),
            said(
                "b", "a", "assistant",
                {"type": "thinking", "text": "Hm.", "replay": REPLAY}, TOOL,
                text("It is "), text("**2**."), {"type": "continued", "model": "GPT"}, text("Two."),
                model="Claude", details={"notice": "GPT answered for Claude."},
            ),
            said("c", "a", "assistant", text("Another try"), status="stopped", model="Claude"),
            said("d", "c", "assistant", text(", gone on with"), model="Gemini"),
            said("e", "c", "user", text("a\u0085b\u2028c\ufeffd\x01e \u202eabc")),
            said("f", "e", "assistant", status="failed", error="Nobody answers.", model="Claude"),
            said("g", None, "user", text("Edited: " + "x" * 99_000)),
            said("h", "g", "assistant", {**TOOL, "state": "failed"}, status="interrupted"),
        ],
    },
    {"title": None, "messages": []},
    {
        "title": "‏שלום",
        "archived_at": NOON,
        "head": "m449",
        "messages": [
            said(f"m{n}", f"m{n - 1}" if n else None, ROLES[n % 2], text(f"No. {n}"))
            for n in range(450)
        ],
    },
]  # fmt: skip


async def shelve(user: User, talks: list[dict[str, Any]], start: datetime = NOON) -> list[UUID]:
    """Write these conversations, a day apart; question and answer come in one transaction."""
    return [await _shelve(user, talk, start + timedelta(days=n)) for n, talk in enumerate(talks)]


async def _shelve(user: User, talk: dict[str, Any], start: datetime) -> UUID:
    row = Conversation(
        user_id=user.id,
        model=talk.get("model", ""),
        created_at=start,
        touched_at=start + timedelta(hours=1),
        archived_at=talk.get("archived_at"),
        details=talk.get("details", {}),
    )
    ids = {message["id"]: uuid4() for message in talk["messages"]}
    at, last = start, None
    async with user_session(user.id) as session:
        vault = await vault_in(session)
        row.title = vault.seal(titles.PLACE, row.id, talk["title"]) if talk["title"] else None
        session.add(row)
        await session.flush()
        for number, message in enumerate(talk["messages"]):
            together = message["role"] == "assistant" and message["parent"] == last
            last = message["id"]
            at = at if together else start + timedelta(seconds=number)
            session.add(_message(row, message, ids, at, vault))
            await session.flush()
        row.head_id = ids.get(talk.get("head"))
    return row.id


def _message(row: Conversation, message: dict, ids: dict, at: datetime, vault: Any) -> Message:
    more = {k: v for k, v in message.items() if k in ("status", "model", "error", "details")}
    made = Message(
        id=ids[message["id"]],
        user_id=row.user_id,
        conversation_id=row.id,
        parent_id=ids.get(message["parent"]),
        role=message["role"],
        created_at=at,
        ended_at=at if message["role"] == "assistant" else None,
        **{"status": "done", **more},
    )
    made.content = messages.sealed(made.id, message["parts"], vault)
    return made


async def exported(user: User) -> bytes:
    """The whole archive."""
    return b"".join([piece async for piece in export(user)])


async def brought(user: User, archive: bytes) -> tuple[int, list[tuple[str, str]]]:
    """Import an archive: how many conversations came, and what was left."""
    done = await import_archive(user, archive)
    return done.conversations, done.skipped


def files(archive: bytes) -> dict[str, bytes]:
    """What stands in it, and that it is sound."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def talks_in(archive: bytes) -> list[dict[str, Any]]:
    """Its conversations, as they stand there."""
    found = sorted((n, c) for n, c in files(archive).items() if n.startswith("conversations/"))
    return [json.loads(content) for name, content in found if name.endswith(".json")]


def alike(archive: bytes) -> dict[str, Any]:
    """All that two exports of the same conversations have in common: ids become numbers."""
    documents = {}
    for name, content in files(archive).items():
        if name.startswith("conversations/"):
            text_ = content.decode()
            documents[name] = _numbered(json.loads(text_)) if name.endswith(".json") else text_
    return documents


def joined(archive: bytes) -> list[dict[str, Any]]:
    """Its conversations without their ids, those of several files made whole."""
    whole: dict[str, dict[str, Any]] = {}
    for talk in talks_in(archive):
        first = whole.setdefault(talk["id"], talk)
        if first is not talk:
            first["messages"] += talk["messages"]
    return [_numbered(talk) for talk in whole.values()]


def everything(archive: bytes) -> dict[str, Any]:
    """All that an import takes, without what a place gives by itself: ids, name, since when."""
    told = files(archive)
    listed = [each for each in json.loads(told["files/list.json"]) if not each["deleted_at"]]
    numbers = {each["id"]: f"file {number}" for number, each in enumerate(listed)}
    notes = [each for each in json.loads(told["notes.json"]) if not each["deleted_at"]]
    chosen = json.loads(told["settings.json"])
    chosen["preferences"].pop("theme_since", None)
    return {
        "conversations": _named(alike(archive), numbers),
        "files": [
            each | {"id": numbers[each["id"]], "content": told[each["content"]]} for each in listed
        ],
        "notes": [each | {"id": ""} for each in notes],
        "settings": {each: chosen[each] for each in CHOSEN},
    }


def _named(documents: dict[str, Any], numbers: dict[str, str]) -> dict[str, Any]:
    for talk in (each for each in documents.values() if isinstance(each, dict)):
        for message in talk["messages"]:
            for part in message["parts"]:
                if part["type"] == "file":
                    part["id"] = numbers.get(part["id"], "one that is gone")
    return documents


def list_file(*items: dict[str, Any]) -> str:
    """A list as an export writes it."""
    return "[\n" + ",\n".join(map(json.dumps, items)) + "\n]\n"


def listed_file(number: int, content: str | None = None, **changes: Any) -> dict[str, Any]:
    """A file of an archive, with some facts changed. content: where its bytes are."""
    facts = {
        "id": str(UUID(int=number)), "at": "2024-05-01T10:00:00+00:00", "deleted_at": None,
        "name": f"{number}.txt", "media": "text/plain", "size": 1, "text": "what it says of it",
        "content": content or f"files/{number}.txt",
    }  # fmt: skip
    return facts | changes


def listed_note(number: int, **changes: Any) -> dict[str, Any]:
    """A note of an archive, with some facts changed."""
    facts = {
        "id": str(UUID(int=number)), "at": "2024-05-01T10:00:00+00:00", "deleted_at": None,
        "changed_at": "2024-05-02T10:00:00+00:00", "title": f"Note {number}", "text": "Milk",
    }  # fmt: skip
    return facts | changes


def _numbered(talk: dict[str, Any]) -> dict[str, Any]:
    numbers = {message["id"]: n for n, message in enumerate(talk["messages"])} | {None: None}
    renamed = [
        message | {"id": numbers[message["id"]], "parent": numbers[message["parent"]]}
        for message in talk["messages"]
    ]
    return talk | {"head": numbers[talk["head"]], "messages": renamed}


def packed(entries: dict[str, bytes | str], **manifest: Any) -> bytes:
    """An archive that somebody made by hand. manifest: what it says of itself."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        says = {"product": PRODUCT, "format": FORMAT, **manifest}
        archive.writestr(MANIFEST, json.dumps(says))
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def talk_file(**changes: Any) -> str:
    """A conversation of an archive, with some facts changed."""
    question = {
        "id": "q", "parent": None, "role": "user", "status": "done",
        "created_at": "2024-05-01T10:00:00+00:00", "parts": [text("Where to?")],
    }  # fmt: skip
    facts = {
        "id": str(uuid4()), "title": "A talk", "head": "q",
        "created_at": "2024-05-01T10:00:00+00:00", "touched_at": "2024-05-01T11:00:00+00:00",
        "messages": [question | changes.pop("message", {})],
    }  # fmt: skip
    return json.dumps(facts | changes)


def with_files(items: list[dict[str, Any]], contents: dict[str, bytes]) -> bytes:
    """An archive that lists these files, and holds these contents by their entries."""
    return packed({"files/list.json": list_file(*items), **contents})


async def import_one(user: User, content: bytes, /, **facts: Any) -> list[Skipped]:
    """What is left of an archive with this file alone."""
    given = with_files([listed_file(1, **facts)], {"files/1.txt": content})
    return (await import_archive(user, given)).skipped


def talk_in(file: str) -> ArchivedTalk:
    """The conversation in a file of an archive. Raises NotReadable."""
    return read_as(ArchivedTalk, file.encode())
