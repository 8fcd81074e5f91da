"""What a row of the log of calls keeps, and for whom it opens."""

from uuid import uuid4

import pytest

from assistant.models import ToolExecution
from assistant.services.call_rows import INPUT, OUTPUT, UNDO, asked, filled, keep_undo
from assistant.vault import new_wrapped_key, unlock


@pytest.fixture
def vault(prepared):
    user = uuid4()
    return unlock(user, new_wrapped_key(user))


def row(vault) -> ToolExecution:
    return ToolExecution(
        user_id=vault.user_id, call_id="c", tool="t", effect="write", status="done"
    )


def test_it_keeps_what_went_in_and_what_was_said(vault):
    kept = filled(row(vault), asked({"a": 1}), "Done\x00", vault)
    assert vault.open(INPUT, kept.id, kept.input) == '[{"a":1}]'
    assert vault.open(OUTPUT, kept.id, kept.output) == "Done\ufffd"
    assert b"Done" not in kept.output


def test_it_keeps_what_takes_it_back_where_there_is_anything(vault):
    kept = row(vault)
    keep_undo(kept, None, vault)
    assert kept.undo is None
    keep_undo(kept, {"before": 1}, vault)
    assert vault.open(UNDO, kept.id, kept.undo) == '{"before":1}'
