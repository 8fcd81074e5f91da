"""The log as a file: all of it, in order, and harmless to a spreadsheet."""

import csv
import io
import json

import pytest

from assistant.services import audit
from assistant.services.audit_export import as_csv, as_json
from assistant.services.audit_queries import Filters
from tests.services.calls import written

ALL = Filters()


async def read(pieces):
    return "".join([piece async for piece in pieces])


async def test_both_forms_hold_all_rows_the_newest_first(alice, monkeypatch):
    monkeypatch.setattr(audit, "STEP", 2)
    for number in range(5):
        await written(alice, "calculator", {"n": number})
    told = json.loads(await read(as_json(alice.id, ALL)))
    assert [one["asked"] for one in told] == [f'{{"n":{n}}}' for n in (4, 3, 2, 1, 0)]
    lines = list(csv.DictReader(io.StringIO(await read(as_csv(alice.id, ALL)), newline="")))
    assert [line["id"] for line in lines] == [one["id"] for one in told]
    assert list(lines[0]) == list(told[0])


async def test_an_empty_log_is_an_empty_list(alice):
    assert json.loads(await read(as_json(alice.id, ALL))) == []
    assert (await read(as_csv(alice.id, ALL))).startswith("id,kind,seq")


async def test_filters_hold_for_a_file_too(alice):
    await written(alice, "calculator", {})
    await written(alice, "web_search", {})
    told = json.loads(await read(as_json(alice.id, Filters(what="web_search"))))
    assert [one["what"] for one in told] == ["web_search"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", " =1+1", "\r1", "\uff1d1"])
async def test_what_would_be_a_formula_is_text(name, alice):
    await written(alice, name, {})
    (line,) = csv.DictReader(io.StringIO(await read(as_csv(alice.id, ALL)), newline=""))
    assert line["what"] == f"'{name}"


async def test_no_formula_begins_behind_a_semicolon_where_that_parts_cells(alice):
    await written(alice, "x;=1+1;y; @SUM(A1)\n-1\n\n+1", {})
    told = io.StringIO(await read(as_csv(alice.id, ALL)), newline="")
    cells = [cell for line in csv.reader(told, delimiter=";") for cell in line]
    assert not [cell for cell in cells if cell.strip()[:1] in tuple("=+-@")]


async def test_numbers_stay_numbers(alice):
    await written(alice, "calculator", {}, seconds=-1.5)
    (line,) = csv.DictReader(io.StringIO(await read(as_csv(alice.id, ALL)), newline=""))
    assert line["seconds"] == "-1.5"
