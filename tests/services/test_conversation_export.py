"""Each conversation of an export: whole as JSON, the shown branch as Markdown."""

import random
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from assistant.agent.attached import Summary
from assistant.services import conversation_export, conversations, summaries
from assistant.services.conversation_export import parents_first
from assistant.services.imports import import_archive
from tests.services.archives import LIBRARY, NOON, exported, files, said, shelve, talks_in, text
from tests.services.talk import rows


async def test_json_has_all_branches_and_markdown_the_shown_one(alice):
    [first, _, last] = await shelve(alice, LIBRARY)
    found = files(await exported(alice))
    assert [name for name in found if name.startswith("conversations/")] == [
        "conversations/0001-plan-a-weekend-etc-con-天気.json",
        "conversations/0001-plan-a-weekend-etc-con-天気.md",
        "conversations/0002.json",
        "conversations/0002.md",
        "conversations/0003-שלום.json",
        "conversations/0003-שלום.md",
    ]
    talks = talks_in(await exported(alice))
    assert [talk["id"] for talk in (talks[0], talks[2])] == [str(first), str(last)]
    branches, _, archived = talks
    assert branches["title"] == LIBRARY[0]["title"]
    assert (branches["titled"], branches["model"]) == ("user", "claude-sonnet-5")
    assert branches["created_at"] == NOON.isoformat()
    assert archived["archived_at"] == NOON.isoformat()
    ids = [message["id"] for message in branches["messages"]]
    parents = [m["parent"] and ids.index(m["parent"]) for m in branches["messages"]]
    assert parents == [None, 0, 0, 2, 2, 4, None, 6]
    assert ids.index(branches["head"]) == 3
    assert branches["messages"][1]["notice"] == "GPT answered for Claude."
    assert [m["status"] for m in branches["messages"]][2] == "stopped"
    read = found["conversations/0001-plan-a-weekend-etc-con-天気.md"].decode()
    assert "What is 1+1?" in read
    assert ", gone on with" in read
    assert "Edited" not in read
    long = found["conversations/0003-שלום.md"].decode()
    assert [long.index(f"No. {n}\n") for n in range(450)] == sorted(
        long.index(f"No. {n}\n") for n in range(450)
    )


async def test_what_models_keep_for_themselves_is_not_in_it(alice):
    await shelve(alice, LIBRARY[:1])
    assert all(b"SECRET-REPLAY" not in content for content in files(await exported(alice)).values())


async def test_what_is_deleted_is_not_in_it(alice):
    [first, *_] = await shelve(alice, LIBRARY)
    await conversations.delete(alice.id, first)
    assert [talk["title"] for talk in talks_in(await exported(alice))] == [None, "‏שלום"]


async def test_what_does_not_open_is_said_and_the_rest_is_there(alice, db):
    [talk] = await shelve(alice, LIBRARY[:1])
    broken = "update conversations set title = '\\x02' where id = $1"
    await rows(db, broken, talk)
    await rows(
        db,
        "update messages set content = '\\x02' where role = 'user' and conversation_id = $1",
        talk,
    )
    [told] = talks_in(await exported(alice))
    assert told["title"] == "Unreadable"
    assert "cannot be opened" in told["messages"][0]["parts"][0]["text"]
    assert told["messages"][2]["parts"] == [text("Another try")]


@pytest.mark.parametrize(("rows_", "size"), [(1, 10**6), (3, 10**6), (200, 1), (200, 3_000)])
async def test_batches_of_any_size_make_the_same_archive(rows_, size, alice, monkeypatch):
    growing = [said(f"m{n}", None, "user", text("y" * n * 50)) for n in range(30)]
    await shelve(alice, [LIBRARY[0], {"title": "More", "head": "m20", "messages": growing}])
    whole = talks_in(await exported(alice))
    monkeypatch.setattr(conversation_export, "BATCH", rows_)
    monkeypatch.setattr(conversation_export, "BATCH_BYTES", size)
    assert talks_in(await exported(alice)) == whole


class Place(NamedTuple):
    id: object
    parent_id: object
    created_at: int


def test_parents_stand_before_their_children_also_at_the_same_time():
    ids = [uuid4() for _ in range(3_000)]
    chain = [Place(each, before, 1) for each, before in zip(ids, [None, *ids], strict=False)]
    shuffled = chain.copy()
    random.Random(1).shuffle(shuffled)  # noqa: S311
    assert parents_first(shuffled) == chain


def test_what_came_earlier_stands_first():
    old, new = Place(1, None, 1), Place(2, None, 2)
    assert parents_first([new, old]) == [old, new]


async def summarised(user):
    """The conversation that the library begins with, whose second message ends a summary."""
    (place,) = await shelve(user, LIBRARY[:1])
    (talk,) = talks_in(await exported(user))
    through = talk["messages"][2]["id"]  # of the branch that is shown
    await summaries._store(user.id, place, UUID(through), Summary("They did a sum.", 2))
    return through


async def test_a_summary_stands_beside_the_last_message_that_it_holds(alice):
    through = await summarised(alice)
    (talk,) = talks_in(await exported(alice))
    told = {each["id"]: each["summarised"] for each in talk["messages"] if "summarised" in each}
    assert told == {through: {"text": "They did a sum.", "messages": 2, "untrusted": False}}
    (read,) = [each for name, each in files(await exported(alice)).items() if name[-3:] == ".md"]
    behind = read.decode().partition("Another try")[2]
    assert "*The 2 messages up to here are summarised for the model:*" in behind
    assert behind.index("> They did a sum.") < behind.index(", gone on with")


async def test_an_import_leaves_a_summary_out_and_keeps_the_messages(alice, bob):
    await summarised(alice)
    archive = await exported(alice)
    found = await import_archive(bob, archive)
    assert (found.conversations, found.skipped) == (1, [])
    (hers,), (his,) = talks_in(archive), talks_in(await exported(bob))
    assert len(his["messages"]) == len(hers["messages"])
    assert not any("summarised" in each for each in his["messages"])
