"""Across export and import: which parts of an archive are taken back, and at what price."""

import json
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy import text as text_of_sql

from assistant.database import user_session
from assistant.models import Conversation
from assistant.services import holdings, imported_talks, preferences
from assistant.services.archive import MANIFEST
from assistant.services.imported_files import Places
from assistant.services.imported_talks import Stored
from assistant.services.imports import import_archive
from assistant.services.keys import vault_in
from tests.services.archives import alike, exported, files, talk_file, talk_in
from tests.services.talk import ask

# What else an archive holds is for its owner to read. An import must not take it:
TAKEN = {holdings.SETTINGS, holdings.NOTES, holdings.FILE_LIST}
NOT_TAKEN = {
    holdings.IDENTITIES: "a way in is proved by signing in, never by a file",
    holdings.SESSIONS: "a browser is signed in by its own tokens",
    holdings.TOOL_LOG: "a log of what was done here must not be written by anybody",
    holdings.USAGE: "what was paid elsewhere was not paid here",
    holdings.APPROVALS: "what was asked and decided here is none of a file's business",
    holdings.PERMISSIONS: "whoever gives us an archive would say what the tools may do",
    holdings.CONNECTIONS: "the passwords are in no archive, and so nothing would open",
    holdings.SEATS: "who sits on a plan here is for its payer to say here",
    MANIFEST: "says when the archive was made",
    "README.txt": "is the same in every archive",
}


async def test_what_gives_power_or_is_the_history_of_another_place_stays_as_it_was(
    alice, bob, demo
):
    await preferences.rename(alice.id, "Ada")
    await preferences.instruct(alice.id, "Call me Captain.")
    await preferences.answer_in(alice.id, "pt-BR")
    await ask(alice, 'use calculator {"expression": "6*7"}')
    before, untouched = await exported(alice), files(await exported(bob))
    assert (await import_archive(bob, before)).conversations == 1
    after = files(await exported(bob))
    assert alike(before) == alike(await exported(bob))
    taken = {name for name in after if name.startswith(holdings.CONVERSATIONS)} | TAKEN
    assert after.keys() - taken == NOT_TAKEN.keys()
    assert {each.exported for each in holdings.HOLDINGS.values()} - {""} <= {
        holdings.CONVERSATIONS, holdings.FILES, *TAKEN, *NOT_TAKEN
    }  # fmt: skip
    for name in NOT_TAKEN.keys() - {MANIFEST}:
        assert after[name] == untouched[name], NOT_TAKEN[name]
    for name in (holdings.TOOL_LOG, holdings.USAGE):
        assert files(before)[name] != after[name]
    there, here = [json.loads(each[holdings.SETTINGS]) for each in (files(before), after)]
    assert there["preferences"] == here["preferences"] == {"language": "pt-BR"}
    assert (there["instructions"], here["instructions"]) == ("Call me Captain.", "")


async def test_parents_in_a_long_conversation_are_looked_for_one_by_one(alice, bob):
    count = 1_500
    read = text_of_sql(
        "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables "
        "where relname = 'messages'"
    )
    messages = [
        json.loads(talk_file())["messages"][0]
        | {"id": f"m{n}", "parent": f"m{n - 1}" if n else None}
        for n in range(count)
    ]
    talk = talk_in(talk_file(head="m0", messages=messages))
    short = talk_in(talk_file(head="m0", messages=messages[:20]))
    async with user_session(alice.id) as session:
        vault = await vault_in(session)
        for each in (short, talk):  # the first leaves its plan with the connection
            stored = Stored(each.id, uuid4(), {}, Places(alice.id, {}))
            row = imported_talks._conversation(stored.conversation_id, each, vault)
            await session.execute(insert(Conversation), [row])
            await imported_talks._write_messages(session, stored, each, vault)
        assert count <= await session.scalar(read) < 10 * count  # all of all: 1,125,000
