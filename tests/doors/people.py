"""A user with something in every table, and what the database holds of her."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from assistant.database import user_session
from assistant.services import conversations
from assistant.services.accounts import sign_in_by_name
from assistant.services.keys import vault_in
from assistant.services.renewal import Tokens
from assistant.services.sessions import who_is
from tests.administrator import rows
from tests.doors.found import Ids
from tests.doors.wire import ORIGIN, Headers
from tests.models.rows import NAMES, Rows, insert, sealed_columns
from tests.services.talk import ended, say

LEAD = f"heron{uuid4().hex}"  # by this one may search; it stands before each secret
CANARY = f"kestrel{uuid4().hex}"
SECRET = f"{LEAD} {CANARY}"
JSON = {  # what these columns hold is read as JSON
    "approvals.arguments": {"words": SECRET},
    "approvals.facts": {"sentence": SECRET, "targets": []},
    "connections.tools": [{"name": SECRET, "description": "", "schema": {}, "effect": "destroy"}],
    "connections.secret": {"words": SECRET},
    "tool_executions.input": [{"words": SECRET}],
    "tool_executions.undo": {"words": SECRET},
}


@dataclass
class Person:
    """Somebody who is signed in. ids: a row of theirs in each table that has one. shown: what their
    page was told before others came.
    """

    name: str
    tokens: Tokens
    ids: Ids
    shown: str = ""

    @property
    def id(self) -> UUID:
        return self.tokens.user_id

    @property
    def headers(self) -> Headers:
        """What their browser sends from a page of ours."""
        return headers_of(self.tokens)


def headers_of(tokens: Tokens | None, origin: str = ORIGIN) -> Headers:
    """What a browser sends from a page of this origin; without tokens nobody is signed in."""
    cookies = f"session={tokens.access}; refresh={tokens.refresh}" if tokens else ""
    return {"origin": origin} | ({"cookie": cookies} if cookies else {})


async def person(admin_url: str, name: str, words: str) -> Person:
    """Somebody who has used the app: a conversation with this title, words, and a tool's run."""
    tokens = await sign_in_by_name(name)
    user = await who_is(tokens.access)
    started = await say(user, f'{words}\nuse current_time {{"timezone": "{words}"}}')
    await ended(user, started)
    await conversations.rename(user.id, started.conversation_id, words)
    return Person(name, tokens, await _ids(admin_url, user.id))


async def _ids(admin_url: str, user_id: UUID) -> Ids:
    first = "select id from {} where user_id = $1 order by created_at limit 1"
    admin = await asyncpg.connect(admin_url)
    found = {table: await admin.fetchval(first.format(table), user_id) for table in NAMES}
    await admin.close()
    return {table: row_id for table, row_id in found.items() if row_id}


async def with_everything(admin_url: str, her: Person) -> None:
    """Give her a row in each table, and a secret in each sealed column that has none yet."""
    admin = await asyncpg.connect(admin_url)
    filled = Rows(her.id, dict(her.ids))
    async with user_session(her.id) as session:
        vault = await vault_in(session)
    for table in NAMES:
        is_new = table not in her.ids
        if is_new:
            filled.ids[table] = her.ids[table] = uuid4()
            await admin.execute(*insert(table, filled, id=her.ids[table]))
        for column in sealed_columns().get(table, ()):
            place = f"{table}.{column}"
            said = json.dumps(JSON[place]) if place in JSON else SECRET
            value = vault.seal(place, her.ids[table], said)
            await admin.execute(
                f"update {table} set {column} = $1 where id = $2 and ($3 or {column} is null)",  # noqa: S608
                value, her.ids[table], is_new,
            )  # fmt: skip
    await admin.close()


async def stored(admin_url: str, her: Person) -> dict[str, str | None]:
    """A fingerprint of all her rows, by table; when she was last seen is no change."""
    row = "(to_jsonb(t) - 'seen_at')::text"
    one = f"(select md5(string_agg({row}, '' order by id)) from {{0}} t where user_id = $1) {{0}}"  # noqa: S608
    (found,) = await rows(admin_url, f"select {', '.join(map(one.format, NAMES))}", her.id)
    return found
