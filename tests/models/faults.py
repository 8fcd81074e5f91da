"""What the isolation of users demands of a database, as questions that list what is wrong."""

from collections.abc import Awaitable, Callable

from tests.models.databases import Database
from tests.models.faults_of_roles import (
    columns_of_overseer,
    columns_of_usher,
    columns_of_worker,
    grants,
    powers_of_roles,
)
from tests.models.faults_of_rows import (
    foreign_parents,
    forged_rows,
    rows_for_nobody,
    rows_for_worker,
    rows_of_another,
)
from tests.models.faults_of_tables import (
    plain_references,
    tables_without_a_whole_policy,
    tables_without_forced_security,
    tables_without_index_by_user,
    unowned_tables,
)
from tests.models.rows import Rows

Check = Callable[[Database, Rows, Rows], Awaitable[list[str]]]
CHECKS: tuple[Check, ...] = (
    unowned_tables,
    tables_without_forced_security,
    tables_without_a_whole_policy,
    plain_references,
    tables_without_index_by_user,
    powers_of_roles,
    grants,
    columns_of_worker,
    columns_of_overseer,
    columns_of_usher,
    rows_for_nobody,
    rows_of_another,
    forged_rows,
    foreign_parents,
    rows_for_worker,
)


async def all_faults(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """What all the checks find."""
    return [fault for check in CHECKS for fault in await check(db, alice, bob)]
