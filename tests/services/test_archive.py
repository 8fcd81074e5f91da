"""An archive is written in pieces, and its names are safe wherever it is unpacked."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services import archive
from assistant.services.archive import Archive, Listing, iso, slug
from tests.services import naughty

NOW = datetime(2024, 5, 1, 10, 30, 20, tzinfo=UTC)


def test_what_is_taken_piece_by_piece_is_one_archive():
    made, pieces = Archive(), []
    made.add("a.txt", NOW, "ä")
    pieces.append(made.taken())
    with made.entry("b.txt", NOW) as file:
        for _ in range(3):
            file.write(b"x" * 200_000)
            pieces.append(made.taken())
    made.close()
    pieces.append(made.taken())
    assert made.taken() == b""
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as opened:
        assert opened.testzip() is None
        assert opened.read("a.txt").decode() == "ä"
        assert len(opened.read("b.txt")) == 600_000
        assert opened.getinfo("b.txt").date_time == (2024, 5, 1, 10, 30, 20)


@pytest.mark.parametrize("year", [1, 1979, 2108, 9999])
def test_a_year_that_a_zip_cannot_tell_harms_nothing(year):
    made = Archive()
    made.add("a", NOW.replace(year=year), "x")
    made.close()
    with zipfile.ZipFile(io.BytesIO(made.taken())) as opened:
        assert opened.read("a") == b"x"


def test_what_may_be_large_is_written_in_the_form_for_it(monkeypatch):
    monkeypatch.setattr(archive, "LARGE_BYTES", 10)
    made = Archive()
    with made.entry("a", NOW, size=11) as file:
        file.write(b"x")
    made.close()
    with zipfile.ZipFile(io.BytesIO(made.taken())) as opened:
        assert opened.getinfo("a").extract_version == 45  # 4.5, which has sizes of 64 bits
        assert opened.read("a") == b"x"


@pytest.mark.parametrize("facts", [None, {"a": 1, "b": [{"c": "ü"}]}])
@pytest.mark.parametrize("batches", [[], [[]], [[{"n": 1}], [], [{"n": 2}, {"n": "\ud800"}]]])
def test_a_list_that_is_written_in_batches_is_one_document(facts, batches):
    file = io.BytesIO()
    listing = Listing(file, facts, "items")
    for batch in batches:
        listing.add(batch)
    listing.close()
    items = [{"n": "?"} if item["n"] == "\ud800" else item for batch in batches for item in batch]
    expected = items if facts is None else facts | {"items": items}
    assert json.loads(file.getvalue()) == expected


@given(st.text() | st.sampled_from([each[:300] for each in naughty.ALL]))
def test_a_name_made_of_any_title_is_letters_digits_and_hyphens(title):
    name = f"0001-{slug(title)}".rstrip("-")
    assert len(name.encode()) < 200
    assert not re.search(r"[^\w\u0300-\U0010ffff-]|--|[./\\:*?\"<>|\x00-\x1f]", name)
    assert name[-1] not in ". "


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("Plan a weekend!", "plan-a-weekend"),
        ("../../etc/passwd", "etc-passwd"),
        ("．．／ｘ", "x"),  # noqa: RUF001
        ("हिन्दी में", "हिन्दी-में"),
        ("天気", "天気"),
        ("🙂", ""),
        ("x" * 100, "x" * 40),
    ],
)
def test_a_title_stays_readable(title, made):
    assert slug(title) == made


def test_times_are_told_in_one_zone():
    assert iso(None) is None
    assert iso(NOW) == "2024-05-01T10:30:20+00:00"
