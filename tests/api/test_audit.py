"""The audit log over HTTP: pages, the check, and files."""

import csv
import io
import json
from uuid import uuid4

import pytest
from starlette.requests import ClientDisconnect

from assistant.api import audit
from assistant.api.audit import CHECKING, WRITING
from assistant.api.downloads import Piecewise
from assistant.errors import NotSignedIn
from assistant.services import audit_chain, sessions
from tests.services.calls import written
from tests.services.talk import rows


async def asked(person, **filters):
    return await person.browser.post("/api/audit", json=filters)


async def test_a_page_holds_entries_and_leads_to_the_next(ann):
    for number in range(51):
        await written(ann.user, "calculator", {"n": number})
    first = await asked(ann)
    assert first.headers["cache-control"] == "no-store"
    told = first.json()
    assert [one["asked"] for one in told["entries"]] == [f'{{"n":{n}}}' for n in range(50, 0, -1)]
    assert {"name": "calculator", "called": "calculator"} in told["tools"]
    rest = (await asked(ann, before=told["before"])).json()
    assert ([one["asked"] for one in rest["entries"]], rest["before"]) == (['{"n":0}'], "")


async def test_what_is_long_is_cut_on_the_page_and_whole_in_the_file(ann):
    await written(ann.user, "calculator", {"n": "x" * 9_000})
    (one,) = (await asked(ann)).json()["entries"]
    assert one["asked"].endswith("cut here; the exported file has all of it")
    (whole,) = (await ann.browser.get("/api/audit/export.json")).json()
    assert len(whole["asked"]) > 9_000


@pytest.mark.parametrize(
    "body",
    [
        {"days": -1}, {"status": "gone"}, {"conversation": "x"}, {"words": "x" * 201},
        {"user": "x"}, {"before": "x"}, [], "x", None,
    ],
)  # fmt: skip
async def test_what_is_no_filter_is_refused(body, ann):
    answer = await ann.browser.post("/api/audit", json=body)
    assert answer.status_code == 422


async def check(person):
    """The lines of the check's answer."""
    answer = await person.browser.get("/api/audit/verify")
    assert answer.headers["cache-control"] == "no-store"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_check_says_how_far_it_is(ann, monkeypatch):
    monkeypatch.setattr(audit_chain, "BATCH", 2)
    for number in range(5):
        await written(ann.user, "calculator", {"n": number})
    *steps, verdict = await check(ann)
    assert steps == [{"checked": n, "of": 5} for n in (2, 4, 5)]
    assert (verdict["rows"], verdict["broken"]) == (5, 0)


async def test_the_check_ends_with_the_session_and_another_can_begin(ann, monkeypatch):
    monkeypatch.setattr(audit_chain, "BATCH", 1)
    for number in range(3):
        await written(ann.user, "calculator", {"n": number})
    lines = audit._checking(ann.user)
    assert json.loads(await anext(lines)) == {"checked": 1, "of": 3}
    await sessions.revoke(ann.user, ann.user.session_id)
    with pytest.raises(NotSignedIn):
        await anext(lines)
    assert ann.user.id not in CHECKING.users


async def test_whoever_leaves_ends_the_check(ann, monkeypatch):
    monkeypatch.setattr(audit_chain, "BATCH", 1)
    for number in range(3):
        await written(ann.user, "calculator", {"n": number})
    lines = audit._checking(ann.user)
    answer = Piecewise(await anext(lines), lines, "application/x-ndjson")

    async def gone(message):
        raise OSError("nobody is there")

    with pytest.raises(ClientDisconnect):
        await answer({"type": "http", "asgi": {"spec_version": "2.4"}}, None, gone)
    assert ann.user.id not in CHECKING.users


async def test_the_check_says_how_many_hold_and_which_does_not(ann, db):
    ids = [await written(ann.user, "calculator", {"n": number}) for number in range(3)]
    told = (await check(ann))[-1]
    assert (told["rows"], told["broken"], told["why"]) == (3, 0, "")
    await rows(db, "update tool_executions set tool = 't' where id = $1", ids[1])
    told = (await check(ann))[-1]
    assert (told["rows"], told["broken"], told["id"]) == (1, 2, str(ids[1]))


async def test_a_file_is_a_download_of_what_the_filters_let_through(ann):
    await written(ann.user, "calculator", {})
    await written(ann.user, "web_search", {})
    answer = await ann.browser.get("/api/audit/export.csv?what=web_search")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-log-')
    assert [line["what"] for line in csv.DictReader(io.StringIO(answer.text))] == ["web_search"]
    assert (await ann.browser.get("/api/audit/export.csv?days=x")).status_code == 422


async def test_one_check_and_one_file_at_a_time(ann):
    with CHECKING.held(ann.user.id), WRITING.held(ann.user.id):
        for path in ("verify", "export.csv", "export.json"):
            assert (await ann.browser.get(f"/api/audit/{path}")).status_code == 429
    assert (await ann.browser.get("/api/audit/verify")).status_code == 200


async def test_nobody_reads_the_log_of_another(ann, ben, visitor):
    await written(ann.user, "calculator", {})
    assert (await asked(ben)).json()["entries"] == []
    assert (await ben.browser.get("/api/audit/export.json")).json() == []
    for answer in (
        await visitor.post("/api/audit", json={}),
        await visitor.get("/api/audit/verify"),
        await visitor.get("/api/audit/export.json"),
    ):
        assert answer.status_code == 401
    assert (await asked(ann, conversation=str(uuid4()))).json()["entries"] == []
