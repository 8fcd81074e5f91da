"""Files over HTTP: uploaded, taken along and deleted, each for its owner alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from assistant.api import uploads
from assistant.services import files, sessions
from assistant.services.file_uploads import FILE_BYTES, TOO_LARGE
from assistant.services.tiers import tier_of
from tests.api.conftest import ORIGIN, browser
from tests.papers import pdf
from tests.services.talk import rows, turn_factor_on

NOBODYS = "/api/files/6a0f3c52-5b0e-4c7c-9a55-2f0f3bd1c7ae"
REQUESTS = [
    ("POST", "/api/files"),
    ("GET", "/api/files"),
    ("GET", NOBODYS),
    ("POST", f"{NOBODYS}/restore"),
    ("DELETE", NOBODYS),
]


async def give(person, content: bytes | AsyncIterator[bytes] = b"words", name: str = "plan.md"):
    named = {"file-name": quote(name)}
    return await person.browser.post("/api/files", headers=named, content=content)


@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_nobody_has_nothing(method, path, visitor):
    answer = await visitor.request(method, path)
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})


@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_before_the_code_of_the_second_factor_nothing_is_done(method, path, ann, db):
    await turn_factor_on(db, ann.user)
    assert (await ann.browser.request(method, path)).status_code == 403


@pytest.mark.parametrize(("method", "path"), [each for each in REQUESTS if each[0] != "GET"])
async def test_no_other_site_changes_anything(method, path, app, ann):
    async with browser(app, ann.token) as other:
        for origin in ("https://evil.example", "null", ORIGIN + ".evil.example"):
            answer = await other.request(method, path, headers={"origin": origin}, content=b"x")
            assert answer.status_code == 403
    assert await files.listed(ann.user.id) == []


async def test_what_was_uploaded_comes_back_as_a_download(ann):
    content = pdf("Hello")
    kept = await give(ann, content, "Straße “1”; a=b.pdf")
    assert kept.status_code == 201
    told = kept.json()
    assert (told["name"], told["media"], told["size"]) == (
        "Straße “1”; a=b.pdf",
        "application/pdf",
        len(content),
    )
    back = await ann.browser.get(f"/api/files/{told['id']}")
    assert back.content == content
    assert back.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Stra%C3%9Fe%20%E2%80%9C1%E2%80%9D%3B%20a%3Db.pdf"
    )
    assert back.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert back.headers["cache-control"] == "no-store"


async def test_a_page_that_was_uploaded_is_no_page(ann):
    kept = await give(ann, b"<script>alert(1)</script>", "a.html")
    back = await ann.browser.get(f"/api/files/{kept.json()['id']}")
    assert back.headers["content-type"].startswith("text/plain")
    assert back.headers["content-disposition"].startswith("attachment")


async def test_a_deleted_file_is_gone_be_it_deleted_once_or_twice(ann):
    path = f"/api/files/{(await give(ann)).json()['id']}"
    for _ in range(2):
        assert (await ann.browser.delete(path)).status_code == 204
    answer = await ann.browser.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "This file does not exist."})


async def test_whether_a_file_is_there_is_told_without_its_bytes(ann, ben, monkeypatch):
    path = f"/api/files/{(await give(ann)).json()['id']}"
    with monkeypatch.context() as patch:
        patch.setattr(files, "content_of", None)  # who asks so is given no bytes, and none are read
        there = await ann.browser.head(path)
    assert (there.status_code, there.headers["content-length"], there.content) == (200, "5", b"")
    assert (await ben.browser.head(path)).status_code == 404
    await ann.browser.delete(path)
    assert (await ann.browser.head(path)).status_code == 404


async def test_all_files_are_listed_with_the_room_that_there_is(ann, ben):
    kept = (await give(ann)).json()
    gone = (await give(ann, b"others", "b.md")).json()
    await ann.browser.delete(f"/api/files/{gone['id']}")
    told = (await ann.browser.get("/api/files")).json()
    assert told["files"] == [kept]
    assert [each | {"until": ""} for each in told["deleted"]] == [gone | {"until": ""}]
    assert datetime.fromisoformat(told["deleted"][0]["until"]) > datetime.now(UTC) + timedelta(29)
    tier = await tier_of(ann.user.id)
    assert (told["room"], told["plan"]) == (tier.file_bytes, tier.label)
    others = (await ben.browser.get("/api/files")).json()
    assert (others["files"], others["deleted"]) == ([], [])


async def test_a_deleted_file_comes_back_for_its_owner_alone(ann, ben):
    path = f"/api/files/{(await give(ann)).json()['id']}"
    await ann.browser.delete(path)
    assert (await ben.browser.post(f"{path}/restore")).status_code == 404
    assert (await ann.browser.post(f"{path}/restore")).status_code == 204
    assert (await ann.browser.get(path)).content == b"words"
    assert (await ann.browser.get("/api/files")).json()["deleted"] == []


async def test_nobody_reaches_anothers_file(ann, ben):
    path = f"/api/files/{(await give(ann)).json()['id']}"
    for method in ("GET", "DELETE"):
        assert (await ben.browser.request(method, path)).status_code == 404
    assert (await ann.browser.get(path)).content == b"words"


@pytest.mark.parametrize(
    ("name", "content"),
    [("", b"x"), ("../a", b"x"), ("a\r\nX: y", b"x"), ("a", b""), ("a", b"MZ\x90\0")],
)
async def test_what_is_not_taken_is_said(name, content, ann):
    answer = await give(ann, content, name)
    assert answer.status_code == 422
    assert "Nothing was kept" in answer.json()["error"]


async def test_a_body_that_is_too_large_is_not_read_to_its_end(ann, monkeypatch):
    announced = await ann.browser.post(
        "/api/files", content=b"x", headers={"content-length": str(FILE_BYTES + 1)}
    )
    given = 0

    async def endless():
        nonlocal given
        for _ in range(100):
            given += 1_000_000
            yield b"x" * 1_000_000

    streamed = await give(ann, endless())
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()) == (422, {"error": TOO_LARGE})
    assert await files.listed(ann.user.id) == []


async def test_one_file_after_the_other(ann, monkeypatch):
    monkeypatch.setattr(uploads, "UPLOAD_SECONDS", 20.0)
    going, go_on = asyncio.Event(), asyncio.Event()

    async def slow():
        going.set()
        yield b"one"
        await go_on.wait()
        yield b" file"

    first = asyncio.create_task(give(ann, slow(), "first"))
    await going.wait()
    second = await give(ann)
    go_on.set()
    assert (second.status_code, second.json()) == (429, {"error": uploads.UNDER_WAY})
    assert (await first).status_code == 201
    assert (await give(ann)).status_code == 201


async def test_a_body_that_does_not_come_is_given_up(ann, monkeypatch):
    monkeypatch.setattr(uploads, "UPLOAD_SECONDS", 0.05)

    async def never():
        yield b"x"
        await asyncio.Event().wait()

    answer = await give(ann, never())
    assert answer.status_code == 422
    assert "did not arrive in time" in answer.json()["error"]


async def test_an_account_that_will_be_erased_keeps_and_gives_nothing(ann, db):
    kept = await give(ann)
    soon = "update profiles set erase_at = now() + interval '1 day' where user_id = $1"
    await rows(db, soon, ann.user.id)
    sessions.forget({"user": str(ann.user.id), "session": str(ann.user.session_id)})
    for method, path in (("POST", "/api/files"), ("GET", f"/api/files/{kept.json()['id']}")):
        assert (await ann.browser.request(method, path, content=b"x")).status_code == 403
