"""Titles are kept for who searches again at once, and for nobody else."""

import asyncio
from uuid import uuid4

import pytest

from assistant.services import conversations, opened_titles
from assistant.services.opened_titles import Opened, keep, kept
from assistant.services.search import search
from assistant.vault import Vault
from tests.services.library import entitle

TALK = uuid4()


@pytest.fixture
def opened(monkeypatch):
    """How many values were opened."""
    open_one, places = Vault.open, []

    def counted(vault, place, *cell):
        places.append(place)
        return open_one(vault, place, *cell)

    monkeypatch.setattr(Vault, "open", counted)
    return places


async def test_who_searches_again_has_only_new_titles_opened(alice, opened):
    _, talk = await entitle(alice.id, ["Apples", "Pears"])
    assert [one.title for one in (await search(alice.id, "p")).titles] == ["Pears", "Apples"]
    assert opened.count("conversations.title") == 2
    await conversations.rename(alice.id, talk, "Plums")
    assert {one.title for one in (await search(alice.id, "p")).titles} == {"Plums", "Apples"}
    assert opened.count("conversations.title") == 3
    assert [one.title for one in kept(alice.id).values() if one.title == "Pears"] == []


async def test_they_are_let_go_of_soon(alice, monkeypatch):
    monkeypatch.setattr(opened_titles, "KEPT_SECONDS", 0.0)
    keep(alice.id, {(TALK, b"1"): Opened("A", "a")})
    keep(alice.id, newer := {(TALK, b"2"): Opened("B", "b")})
    assert kept(alice.id) is newer
    await asyncio.sleep(0.01)  # what was due before has come before
    assert kept(alice.id) == {}


async def test_those_of_few_users_are_kept(alice, bob, monkeypatch):
    monkeypatch.setattr(opened_titles, "USERS_AT_MOST", 1)
    keep(alice.id, {(TALK, b"1"): Opened("A", "a")})
    keep(bob.id, {(TALK, b"2"): Opened("B", "b")})
    assert (kept(alice.id), list(kept(bob.id))) == ({}, [(TALK, b"2")])
