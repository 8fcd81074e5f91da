"""What users, nobody and the worker reach of rows that are not theirs."""

from uuid import uuid4

from tests.models.databases import APPEND_ONLY, REMOVED_BY_WORKER, Database, as_user, refusal
from tests.models.rows import NAMES, PARENTS, Rows, insert


async def rows_for_nobody(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables that show rows to the app when no user is set; also after the setting was reset."""
    faults = []
    for setting in (None, "''"):
        async with as_user(db.app, None):
            if setting is not None:
                await db.app.execute(f"set local app.user_id = {setting}")
            for name in NAMES:
                if await db.app.fetchval(f"select count(*) from {name}"):  # noqa: S608
                    faults.append(f"{name}: rows without a user")
    return faults


async def rows_of_another(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """Tables in which Alice finds, changes or removes a row of Bob's."""
    faults = []
    for name in NAMES:
        async with as_user(db.app, alice.user_id):
            if await db.app.fetchval(f"select count(*) from {name} where user_id <> $1",  # noqa: S608
                                     alice.user_id):  # fmt: skip
                faults.append(f"{name}: Alice sees rows of Bob")
            if name in APPEND_ONLY:
                continue
            for sql in (
                f"update {name} set created_at = now() where id = $1 returning id",  # noqa: S608
                f"delete from {name} where id = $1 returning id",  # noqa: S608
            ):
                if await db.app.fetch(sql, bob.ids[name]):
                    faults.append(f"{name}: Alice changes a row of Bob")
    return faults


async def forged_rows(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """Tables that take a row in Bob's name from Alice, or let her give one away."""
    faults = []
    for name in NAMES:
        sql, *values = insert(name, bob, id=uuid4())
        async with as_user(db.app, alice.user_id):
            if await refusal(db.app, sql, *values) != "InsufficientPrivilegeError":
                faults.append(f"{name}: takes a forged row")
        if name in APPEND_ONLY:
            continue
        async with as_user(db.app, alice.user_id):
            given = await refusal(
                db.app,
                f"update {name} set user_id = $1 where id = $2",  # noqa: S608
                bob.user_id,
                alice.ids[name],
            )
            if given != "InsufficientPrivilegeError":
                faults.append(f"{name}: a row can be given away")
    return faults


async def foreign_parents(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """References to Bob's row that are not answered as one to a row that does not exist."""
    faults = []
    for child, column in PARENTS:
        said = []
        for target in (bob.ids[PARENTS[child, column]], uuid4()):
            async with as_user(db.app, alice.user_id):
                said.append(
                    await refusal(db.app, *insert(child, alice, **{"id": uuid4(), column: target}))
                )
        if said[0] != said[1] or not said[0]:
            faults.append(f"{child}.{column}: foreign {said[0]!r}, missing {said[1]!r}")
    return faults


async def rows_for_worker(db: Database, alice: Rows, _: Rows) -> list[str]:
    """Tables of which the worker reads a column that it was not granted, or that it can write."""
    faults = []
    for name in NAMES:
        for sql in (f"select created_at from {name}", f"delete from {name}"):  # noqa: S608
            if name in REMOVED_BY_WORKER and sql.startswith("delete"):
                continue
            if await refusal(db.worker, sql) != "InsufficientPrivilegeError":
                faults.append(f"{name}: worker can {sql}")
    for name in REMOVED_BY_WORKER:
        gone = f"delete from {name} returning expires_at < now()"  # noqa: S608
        async with as_user(db.worker, alice.user_id):
            if not all(row[0] for row in await db.worker.fetch(gone)):
                faults.append(f"{name}: worker removes what has not run out")
    return faults
