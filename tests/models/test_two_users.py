"""Across the tables: two users do what they like to each other's ids, and nothing comes of it."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from assistant.migration import prepare
from tests.conftest import SECRET, create_database
from tests.models.conftest import plain
from tests.models.databases import APPEND_ONLY
from tests.models.rows import NAMES, ONE_FOR_EACH_USER, PARENTS, Rows, full_set, insert

STEPS = 25
EXAMPLES = 40

people = st.sampled_from([0, 1])
tables = st.sampled_from(NAMES)
changeable = st.sampled_from([name for name in NAMES if name not in APPEND_ONLY])
many = st.sampled_from([name for name in NAMES if name not in ONE_FOR_EACH_USER])
dice = st.integers(0, 1_000)


@dataclass(frozen=True)
class Outcome:
    """What a user learns of a statement: the class of its refusal, or how many rows it met."""

    refused: str
    rows: int


class TwoUsers(RuleBasedStateMachine):
    """Each step is one statement of the app role in a user's name.

    After it, the rows of the other user are as before, and a foreign id was answered as an id
    that does not exist.
    """

    admin_url = ""
    app_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.known: list[tuple[int, str, UUID]] = []

    @initialize()
    def sign_up(self) -> None:
        self.runner.run(self._sign_up())

    async def _sign_up(self) -> None:
        self.admin = await asyncpg.connect(self.admin_url)
        self.app = await asyncpg.connect(plain(self.app_url))
        self.people = [await full_set(self.admin) for _ in range(2)]
        for who, rows in enumerate(self.people):
            self.known += [(who, table, row_id) for table, row_id in rows.ids.items()]

    def teardown(self) -> None:
        self.runner.run(self._leave())
        self.runner.close()

    async def _leave(self) -> None:
        await self.admin.close()
        await self.app.close()

    @rule(who=people, table=tables)
    def look(self, who: int, table: str) -> None:
        rows = self._do(who, f"select user_id from {table}")  # noqa: S608
        mine = self.runner.run(
            self.admin.fetchval(
                f"select count(*) from {table} where user_id = $1",  # noqa: S608
                self.people[who].user_id,
            )
        )
        assert rows == Outcome("", mine)

    @rule(who=people, table=tables, at=dice)
    def read_one(self, who: int, table: str, at: int) -> None:
        self._on_any(who, table, at, f"select * from {table} where id = '{{}}'")  # noqa: S608

    @rule(who=people, table=changeable, at=dice)
    def change(self, who: int, table: str, at: int) -> None:
        sql = f"update {table} set created_at = now() where id = '{{}}'"  # noqa: S608
        self._on_any(who, table, at, sql)

    @rule(who=people, table=changeable, at=dice)
    def give_away(self, who: int, table: str, at: int) -> None:
        other = self.people[1 - who].user_id
        sql = f"update {table} set user_id = '{other}' where id = '{{}}'"  # noqa: S608
        self._on_any(who, table, at, sql)

    @rule(who=people, table=st.sampled_from(["conversations", "messages", "turns"]), at=dice)
    def delete(self, who: int, table: str, at: int) -> None:
        sql = f"delete from {table} where id = '{{}}'"  # noqa: S608
        self._on_any(who, table, at, sql)

    @rule(who=people, table=many)
    def forge(self, who: int, table: str) -> None:
        (sql,) = insert(table, self.people[1 - who])
        assert self._do(who, sql).refused == "InsufficientPrivilegeError"

    @rule(who=people, parent=st.sampled_from(sorted(PARENTS)), at=dice)
    def attach(self, who: int, parent: tuple[str, str], at: int) -> None:
        child, column = parent
        new_id = uuid4()
        owner, target = self._any(PARENTS[parent], at)
        (sql,) = insert(child, self.people[who], **{"id": new_id, column: target})
        said = self._do(who, sql)
        if owner != who:
            (sql,) = insert(child, self.people[who], **{"id": uuid4(), column: uuid4()})
            assert said == self._do(who, sql)
            assert said.refused
        elif not said.refused:
            self.known.append((who, child, new_id))

    @rule(who=people, parent=st.sampled_from(sorted(PARENTS)), at=dice, to=dice)
    def move(self, who: int, parent: tuple[str, str], at: int, to: int) -> None:
        child, column = parent
        if child in APPEND_ONLY:
            return
        owner, target = self._any(PARENTS[parent], to)
        sql = f"update {child} set {column} = '{target}' where id = '{{}}'"  # noqa: S608
        said = self._on_any(who, child, at, sql)
        if owner != who:
            assert said.rows == 0

    def _any(self, table: str, at: int) -> tuple[int, UUID]:
        """An id that somebody has, or had."""
        ids = [(who, row_id) for who, name, row_id in self.known if name == table]
        return ids[at % len(ids)]

    def _on_any(self, who: int, table: str, at: int, sql: str) -> Outcome:
        """Do it to any known id; a foreign one must be as one that does not exist."""
        owner, row_id = self._any(table, at)
        said = self._do(who, sql.format(row_id))
        if owner != who:
            assert said == self._do(who, sql.format(uuid4()))
            assert said.rows == 0
        return said

    def _do(self, who: int, sql: str) -> Outcome:
        return self.runner.run(self._done(self.people[who], self.people[1 - who], sql))

    async def _done(self, actor: Rows, other: Rows, sql: str) -> Outcome:
        before = await self._picture(other)
        outcome = await self._run(actor, sql)
        assert await self._picture(other) == before, sql
        return outcome

    async def _run(self, actor: Rows, sql: str) -> Outcome:
        try:
            async with self.app.transaction():
                user_id = str(actor.user_id)
                await self.app.execute("select set_config('app.user_id', $1, true)", user_id)
                return Outcome("", int((await self.app.execute(sql)).split()[-1]))
        except asyncpg.PostgresError as error:
            return Outcome(type(error).__name__, 0)

    async def _picture(self, other: Rows) -> list[Any]:
        rows = " union all ".join(
            f"select '{name}', t::text from {name} t where user_id = $1"  # noqa: S608
            for name in NAMES
        )
        return sorted(map(tuple, await self.admin.fetch(rows, other.user_id)))


@pytest.fixture
def machine(postgres: str) -> type[TwoUsers]:
    """The two users, on a database of their own."""
    url = asyncio.run(create_database(postgres))
    urls = {"admin_url": url, "app_url": prepare(url, SECRET).app}
    return type("TwoUsersHere", (TwoUsers,), urls)


def play(machine: type[TwoUsers], *phases: Phase, examples: int = EXAMPLES) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_that_one_user_does_reaches_the_other(machine):
    play(machine, Phase.generate, Phase.shrink)


@pytest.mark.parametrize(
    "harm",
    [
        "alter table messages disable row level security",
        "create policy too_kind on conversations using (true)",
        "alter table turns drop constraint fk_turns_reply_id_user_id, add constraint "
        "fk_turns_reply_id_user_id foreign key (reply_id) references messages (id)",
    ],
)
def test_on_a_harmed_database_it_does(harm, machine):
    asyncio.run(_run(machine.admin_url, harm))
    with pytest.raises((AssertionError, FlakyFailure, ExceptionGroup)):
        play(machine, Phase.generate, examples=25 * EXAMPLES)  # the first that is harmed ends it


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()
