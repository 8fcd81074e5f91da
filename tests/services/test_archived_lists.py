"""Files, notes and settings of an archive are taken as far as they are what an export writes."""

import json

import pytest

from assistant.services.archived import NotReadable, read_as
from assistant.services.archived_lists import (
    NOTE_CHARACTERS,
    ArchivedFile,
    ArchivedNote,
    ArchivedSettings,
)
from tests.services.archives import listed_file, listed_note


def test_what_an_export_says_beyond_that_is_left_out() -> None:
    file = read_as(ArchivedFile, json.dumps(listed_file(1, owner="eve")).encode())
    assert set(file.model_dump()) == {"id", "origin", "at", "deleted_at", "name", "content"}


@pytest.mark.parametrize(("given", "origin"), [({}, "i"), ({"origin": "o"}, "o")])
def test_it_comes_from_where_it_was_made(given, origin) -> None:
    note = read_as(ArchivedNote, json.dumps(listed_note(1, id="i", **given)).encode())
    assert note.came_from == origin


@pytest.mark.parametrize(
    ("form", "item", "why"),
    [
        (ArchivedFile, listed_file(1, id=""), "id: it is empty"),
        (ArchivedFile, listed_file(1, name="x" * 201), "name: it is too long"),
        (
            ArchivedFile,
            listed_file(1, at="1999-01-01T00:00:00Z"),
            "at: a time before the year 2000",
        ),
        (ArchivedNote, listed_note(1, text="x" * (NOTE_CHARACTERS + 1)), "text: it is too long"),
        (ArchivedSettings, {"preferences": []}, "preferences: it is no object of JSON"),
        (ArchivedSettings, {"instructions": "x" * 4_001}, "instructions: it is too long"),
    ],
)
def test_what_does_not_fit_is_named(form, item, why) -> None:
    with pytest.raises(NotReadable) as caught:
        read_as(form, json.dumps(item).encode())
    assert str(caught.value) == why


def test_nul_and_half_symbols_become_the_replacement_sign() -> None:
    note = read_as(ArchivedNote, json.dumps(listed_note(1, text="\0 \ud800")).encode())
    assert note.text == "\ufffd \ufffd"
