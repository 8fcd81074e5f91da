"""An archive is read back whole: what it must say of itself, and all its kinds at once."""

import asyncio

import pytest

from assistant.errors import Refused
from assistant.services import accounts, attachments, imported_notes, preferences, tiers
from assistant.services.file_uploads import upload
from assistant.services.imports import AT_MOST_SECONDS, TOO_LONG, import_archive
from assistant.services.model_choice import offers
from assistant.services.notes import StoredNotes
from tests.papers import pdf, png
from tests.services.archives import (
    LIBRARY,
    everything,
    exported,
    packed,
    said,
    shelve,
    talk_file,
    text,
)


async def own_all(user) -> None:
    """Let somebody have conversations, files that stand in them, notes and choices."""
    kept = [
        await upload(user.id, name, content)
        for name, content in (("a.txt", b"Zadar"), ("b.pdf", pdf("Zagreb")), ("c.png", png()))
    ]
    parts = await attachments.parts_of(user.id, [file.id for file in kept])
    asked = said("q", None, "user", text("Where?"), *parts)
    await shelve(user, [{"title": "Plan", "head": "q", "messages": [asked]}, *LIBRARY])
    for title in ("Milk", "Bread ‮ 天気"):
        await StoredNotes(user.id).create(title, "Two\n\n", tainted=False, key=title)
    await preferences.instruct(user.id, "Be brief.")
    await preferences.answer_in(user.id, "pt-BR")
    await preferences.look_like(user.id, "dark")
    await accounts.set_usual_model(user.id, offers(await tiers.tier_of(user.id))[0].id)


async def test_all_of_it_goes_from_place_to_place_and_is_the_same(alice, bob, demo) -> None:
    await own_all(alice)
    before = await exported(alice)
    done = await import_archive(bob, before)
    assert (done.conversations, done.files, done.notes) == (len(LIBRARY) + 1, 3, 2)
    assert (done.taken, done.skipped) == (["language", "model", "theme"], [])
    await preferences.instruct(bob.id, done.instructions)  # as the page lets them do
    after = await exported(bob)
    assert everything(before) == everything(after)
    back = await import_archive(alice, after)  # and home again nothing is doubled
    assert (back.conversations, back.files, back.notes, back.taken) == (0, 0, 0, [])
    assert everything(await exported(alice)) == everything(before)


@pytest.mark.parametrize("manifest", [{"product": "other"}, {"format": "x"}, {"format": None}])
async def test_an_archive_of_something_else_is_refused(manifest, alice):
    archive = packed({"conversations/1.json": talk_file()}, **manifest)
    with pytest.raises(Refused, match="no archive that can be read"):
        await import_archive(alice, archive)


async def test_an_archive_of_a_newer_version_is_refused(alice):
    archive = packed({"conversations/1.json": talk_file()}, format=2)
    with pytest.raises(Refused, match="newer version"):
        await import_archive(alice, archive)


async def test_one_that_takes_too_long_ends_with_a_sentence_and_keeps_what_came(alice, monkeypatch):
    archive = packed({"conversations/1.json": talk_file()})
    with monkeypatch.context() as patch:

        async def take_long(*_) -> None:
            loop = asyncio.get_running_loop()
            now = loop.time
            patch.setattr(loop, "time", lambda: now() + AT_MOST_SECONDS)
            await asyncio.Event().wait()

        patch.setattr(imported_notes, "bring_back", take_long)
        done = await import_archive(alice, archive)
    assert (done.conversations, done.skipped) == (1, [TOO_LONG.as_skipped()])
    again = await import_archive(alice, archive)
    assert [each.item for each in again.skipped] == ["A talk"]


async def test_a_database_that_takes_too_long_is_no_archive_that_does(alice, monkeypatch):
    async def time_out(*_) -> None:
        raise TimeoutError

    monkeypatch.setattr(imported_notes, "bring_back", time_out)
    with pytest.raises(TimeoutError):
        await import_archive(alice, packed({}))
