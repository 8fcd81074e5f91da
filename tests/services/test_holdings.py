"""The list of what is held of a user names every table, and each row hangs on its user."""

from sqlmodel import SQLModel

from assistant.services.archive import MANIFEST
from assistant.services.export import README
from assistant.services.holdings import HOLDINGS, WITH_PROFILE

TABLES = SQLModel.metadata.tables


def test_every_table_is_in_the_list():
    assert set(HOLDINGS) == set(TABLES)


def test_what_is_in_no_export_says_why():
    assert [
        name for name, held in HOLDINGS.items() if bool(held.exported) == bool(held.why_not)
    ] == []


def test_every_row_that_goes_with_the_profile_hangs_on_it():
    hanging = {
        table.name
        for table in TABLES.values()
        for key in table.foreign_keys
        if key.target_fullname == "profiles.user_id" and key.ondelete == "CASCADE"
    }
    assert hanging == {name for name, held in HOLDINGS.items() if held.erased == WITH_PROFILE}


def test_the_archive_says_what_is_in_it():
    places = {held.exported for held in HOLDINGS.values() if held.exported} | {MANIFEST}
    assert places == {line.split()[0] for line in README.splitlines() if line[:1] not in " " and (
        line.split()[0].endswith((".json", "/")))}  # fmt: skip
