"""The whole account over HTTP: export, import, delete and keep, each for its owner alone."""

import asyncio
import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest

from assistant.api import data
from assistant.api.downloads import while_alive
from assistant.errors import Leaving, NotSignedIn
from assistant.services import erasure, export, imports, unpacking
from assistant.services.sessions import revoke
from tests.api.conftest import ORIGIN, _http, browser, knock
from tests.services.archives import LIBRARY, files, packed, shelve, talk_file
from tests.services.talk import rows, turn_factor_on

STALE = "update login_sessions set fresh_at = now() - interval '6 minutes' where user_id = $1"
HTML = {"accept": "text/html,*/*"}
TOLD = {
    "conversations": 0, "files": 0, "notes": 0, "taken": [], "kept": ["name"], "instructions": "",
    "skipped": [], "unnamed": 0,
}  # fmt: skip
AGAIN = "/sign-in?again=1&next=/settings"
REQUESTS = [
    ("GET", "/api/account"),
    ("GET", "/api/export"),
    ("POST", "/api/import"),
    ("POST", "/api/account/delete"),
    ("POST", "/api/account/keep"),
]


async def give(person, archive: bytes, **headers: str):
    return await person.browser.post("/api/import", content=archive, headers=headers)


@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_nobody_has_nothing(method, path, visitor):
    answer = await visitor.request(method, path)
    assert (answer.status_code, answer.json()) == (401, {"error": "Please sign in."})


async def test_a_browser_without_a_session_is_led_to_sign_in_and_back(visitor, ann):
    answer = await visitor.get("/api/export", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/settings")
    ann.browser.cookies.clear()
    ann.browser.cookies.set("refresh", ann.refresh)
    assert (await ann.browser.get("/api/export", headers=HTML)).status_code == 200


@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_before_the_code_of_the_second_factor_nothing_is_done(method, path, ann, db):
    await turn_factor_on(db, ann.user)
    answer = await ann.browser.request(method, path)
    if path == "/api/export":
        assert answer.headers["location"] == "/verify?again=1&next=/settings"
    else:
        assert (answer.status_code, answer.json()["where"]) == (403, "/verify?again=1")


async def test_an_export_is_a_download_of_ones_own(ann, ben):
    await shelve(ann.user, LIBRARY[:1])
    answer = await ann.browser.get("/api/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="assistant-2')
    assert len([n for n in files(answer.content) if n.startswith("conversations/")]) == 2
    theirs = (await ben.browser.get("/api/export")).content
    assert not [n for n in files(theirs) if n.startswith("conversations/")]


async def test_an_export_needs_a_fresh_sign_in(ann, db):
    assert (await ann.browser.get("/api/account")).json()["step_up"] == ""
    await rows(db, STALE, ann.user.id)
    assert (await ann.browser.get("/api/account")).json()["step_up"] == AGAIN
    answer = await ann.browser.get("/api/export")
    assert (answer.status_code, answer.headers["location"]) == (303, AGAIN)


async def test_an_export_ends_with_the_session(ann):
    pieces = while_alive(ann.user, export.export(ann.user))
    await anext(pieces)
    await revoke(ann.user, ann.user.session_id)
    with pytest.raises(NotSignedIn):
        await anext(pieces)


async def test_a_second_export_waits_for_the_first_one(ann, ben):
    with export.ONE_EACH.held(ann.user.id):
        answer = await ann.browser.get("/api/export")
        assert (answer.status_code, answer.json()) == (429, {"error": export.UNDER_WAY})
        assert (await ann.browser.get("/api/account")).json()["exporting"] is True
        assert (await ben.browser.get("/api/export")).status_code == 200
    assert (await ann.browser.get("/api/account")).json()["exporting"] is False
    assert (await ann.browser.get("/api/export")).status_code == 200


async def test_an_export_is_over_when_the_browser_goes_away(ann, app):
    sending, gone = asyncio.Event(), asyncio.Event()

    async def send(message):
        if message["type"] == "http.response.body":
            sending.set()
            await asyncio.Event().wait()  # a browser that reads no more

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    task = asyncio.create_task(app(_http("/api/export", ann.token), receive, send))
    await sending.wait()
    assert ann.user.id in export.ONE_EACH.users
    gone.set()
    await task
    assert ann.user.id not in export.ONE_EACH.users


async def test_an_archive_is_not_read_while_another_is_imported(ann):
    async def unread():
        raise AssertionError("it must not come to this")
        yield b""

    with imports.ONE_EACH.held(ann.user.id):
        answer = await ann.browser.post("/api/import", content=unread())
    assert (answer.status_code, answer.json()) == (429, {"error": imports.UNDER_WAY})


async def test_an_export_is_imported(ann, ben):
    await shelve(ann.user, LIBRARY)
    archive = (await ann.browser.get("/api/export")).content
    answer = await give(ben, archive)
    assert answer.json() == TOLD | {"conversations": len(LIBRARY)}
    assert answer.headers["cache-control"] == "no-store"
    again = (await give(ben, archive)).json()
    assert again["conversations"] == 0
    assert again["skipped"][0] == {
        "item": LIBRARY[0]["title"],
        "why": "it is in your account already",
    }


@pytest.mark.parametrize("body", [b"", b"nothing", b"PK\x03\x04"])
async def test_what_is_no_archive_is_refused_with_a_sentence(body, ann):
    answer = await give(ann, body)
    assert (answer.status_code, answer.json()) == (422, {"error": unpacking.NO_ARCHIVE})


async def test_an_archive_that_is_too_large_is_refused_before_it_is_read(ann, monkeypatch):
    monkeypatch.setattr(data, "ARCHIVE_BYTES", 100)
    for archive, headers in (
        (b"x" * 101, {}),
        (b"x", {"content-length": "9" * 30}),
        (b"x", {"content-length": "-1"}),
    ):
        answer = await give(ann, archive, **headers)
        assert (answer.status_code, answer.json()) == (422, {"error": imports.TOO_LARGE})


async def test_an_archive_of_unsaid_size_is_counted_while_it_comes(ann, monkeypatch):
    monkeypatch.setattr(imports, "ARCHIVE_BYTES", 100)
    seen = []

    async def endless():
        while True:
            seen.append(1)
            yield b"x" * 30

    answer = await ann.browser.post("/api/import", content=endless())
    assert (answer.status_code, answer.json()) == (422, {"error": imports.TOO_LARGE})


async def test_a_hostile_archive_harms_nobody(ann):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", '{"product": "assistant", "format": 1}')
        archive.writestr("conversations/1.json", b"0" * 40_000_000)
        archive.writestr("../../conversations/2.json", talk_file())
        archive.writestr("conversations/3.json", talk_file(title="Good"))
    told = (await give(ann, bomb.getvalue())).json()
    skipped = [{"item": "1.json", "why": "it unpacks to more than 8 MB"}]
    assert told == TOLD | {"conversations": 1, "kept": [], "skipped": skipped}


async def test_an_import_from_another_site_is_refused(ann):
    archive = packed({"conversations/1.json": talk_file()})
    answer = await give(ann, archive, origin="https://evil.example")
    assert answer.status_code == 403
    assert (await give(ann, archive)).json()["conversations"] == 1


async def test_a_deletion_takes_the_word_and_a_fresh_sign_in(ann, db):
    refused = await ann.browser.post("/api/account/delete", data={"word": "yes"})
    assert (refused.status_code, refused.json()["error"]) == (
        422,
        "Type DELETE to delete your account. Nothing was changed.",
    )
    await rows(db, STALE, ann.user.id)
    refused = await ann.browser.post("/api/account/delete", data={"word": "DELETE"})
    assert (refused.status_code, refused.json()["where"]) == (403, "/sign-in?again=1")
    assert (await ann.browser.get("/api/account")).json()["erase_at"] is None


async def test_a_deletion_is_asked_for_and_taken_back(ann, app):
    await ann.browser.post("/api/account/delete", data={"word": "DELETE"})
    day = datetime.fromisoformat((await ann.browser.get("/api/account")).json()["erase_at"])
    assert day - datetime.now(day.tzinfo) > erasure.GRACE - timedelta(minutes=5)
    assert (await ann.browser.post("/api/account/keep")).status_code == 204
    assert (await ann.browser.get("/api/account")).json()["erase_at"] is None


async def test_who_leaves_has_one_page_until_they_stay(ann, ben):
    async def at(person, path: str) -> str:
        answer = await person.browser.get(path, headers=HTML)
        return answer.headers.get("location", path)

    await ann.browser.post("/api/account/delete", data={"word": "DELETE"})
    for path in ("/", "/chat/1", "/settings", "/usage"):
        assert await at(ann, path) == "/leaving"
        assert await at(ben, path) == path
    assert await at(ann, "/leaving") == "/leaving"
    assert await at(ann, "/sign-in?again=1") == "/sign-in?again=1"
    assert (await ann.browser.get("/api/export")).status_code == 200
    assert await at(ben, "/leaving") == "/"
    await ann.browser.post("/api/account/keep")
    assert await at(ann, "/leaving") == "/"
    assert await at(ann, "/settings") == "/settings"


async def test_who_leaves_has_what_that_page_needs_and_nothing_else(ann):
    await ann.browser.post("/api/account/delete", data={"word": "DELETE"})
    for method, path in (
        ("GET", "/api/events"),
        ("POST", "/api/search"),
        ("POST", "/api/import"),
        ("POST", "/api/account/delete"),
        ("POST", "/auth/link/google"),
    ):
        answer = await ann.browser.request(method, path)
        assert (answer.status_code, answer.json()) == (403, {"error": str(Leaving())})
    assert (await ann.browser.get("/api/account")).json()["erase_at"]
    assert (await ann.browser.get("/api/export")).status_code == 200
    assert (await ann.browser.get("/auth/verify")).status_code == 200
    ann.browser.cookies.set("refresh", ann.refresh)
    assert (await ann.browser.post("/auth/refresh")).status_code == 200
    assert (await ann.browser.post("/api/account/keep")).status_code == 204
    assert (await ann.browser.post("/api/search", json={"q": "x"})).status_code == 200
    await ann.browser.post("/api/account/delete", data={"word": "DELETE"})
    answer = await ann.browser.post("/auth/logout")
    assert answer.headers["location"] == "/sign-in"


async def test_the_socket_of_who_leaves_speaks_for_nobody(ann, app):
    headers = {"origin": ORIGIN, "cookie": f"session={ann.token}"}
    await erasure.ask(ann.user, erasure.WORD)
    told = json.loads((await knock(app, headers))[1]["text"])
    assert [name for name, _ in told["headers"]] == ["origin"]
    await erasure.keep(ann.user.id)
    told = json.loads((await knock(app, headers))[1]["text"])
    assert [name for name, _ in told["headers"]] == ["origin", "x-auth-request-access-token"]


async def test_a_visitor_is_not_told_who_leaves(app, db):
    async with browser(app) as visitor:
        answer = await visitor.get("/leaving", headers=HTML)
    assert answer.headers["location"] == "/sign-in?next=/leaving"
