"""The requests to models over HTTP."""

import csv
import io

import pytest

from assistant.api.usage import WRITING
from tests.services.test_usage_requests import USAGE, booked


async def test_a_page_holds_requests_and_leads_to_the_next(ann):
    await booked(ann.user, *([USAGE] * 26))
    first = await ann.browser.get("/api/usage")
    assert first.headers["cache-control"] == "no-store"
    told = first.json()
    assert len(told["requests"]) == 25
    one = told["requests"][0]
    assert (one["model"], one["read"], one["written"]) == ("Claude Sonnet 5.5", 130, 50)
    assert (one["href"], one["estimated"], one["ended"]) == ("", False, "")
    rest = (await ann.browser.get(f"/api/usage?before={told['before']}")).json()
    assert (len(rest["requests"]), rest["before"]) == (1, "")


@pytest.mark.parametrize("query", ["?before=x", "?before=1.2.3", f"?before={'9' * 500}"])
async def test_a_place_that_is_none_is_refused(ann, query):
    assert (await ann.browser.get(f"/api/usage{query}")).status_code == 422


async def test_the_file_is_a_download(ann):
    await booked(ann.user, USAGE)
    answer = await ann.browser.get("/api/usage.csv?days=31")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="usage-')
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert line["model"] == "claude-sonnet-5-5"


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999", ""])
async def test_days_that_are_none_are_refused(ann, days):
    assert (await ann.browser.get(f"/api/usage.csv?days={days}")).status_code == 422


async def test_one_file_at_a_time(ann):
    with WRITING.held(ann.user.id):
        assert (await ann.browser.get("/api/usage.csv")).status_code == 429
    assert (await ann.browser.get("/api/usage.csv")).status_code == 200


async def test_nobody_reads_the_requests_of_another(ann, ben, visitor):
    await booked(ann.user, USAGE)
    assert (await ben.browser.get("/api/usage")).json()["requests"] == []
    for path in ("/api/usage", "/api/usage.csv"):
        assert (await visitor.get(path)).status_code == 401
