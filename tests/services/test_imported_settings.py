"""Of the settings of an archive comes what is not chosen here, and nothing that gives power."""

import json

import pytest

from assistant.services import accounts, preferences, tiers
from assistant.services.imported_settings import UNKNOWN
from assistant.services.imports import import_archive
from assistant.services.model_choice import offers
from tests.services.archives import packed
from tests.services.talk import rows

THERE = {
    "name": "Ada",
    "instructions": "Call me Captain.",
    "preferences": {"language": "pt-BR", "theme": "dark", "theme_since": 5, "short": "small"},
}


def archive(**settings) -> bytes:
    return packed({"settings.json": json.dumps(settings)})


async def test_what_is_not_chosen_here_comes_and_is_said(alice) -> None:
    done = await import_archive(alice, archive(**THERE))
    assert (done.taken, done.kept, done.skipped) == (["language", "short", "theme"], ["name"], [])
    known = await preferences.known(alice.id)
    assert (known.language, known.theme, known.short) == ("pt-BR", "dark", "small")
    assert known.theme_since > 5
    assert known.name.startswith("Alice")
    again = await import_archive(alice, archive(**THERE))
    assert (again.taken, again.kept) == ([], ["name"])


async def test_what_is_chosen_here_stays_and_is_said(alice, demo) -> None:
    usual = offers(await tiers.tier_of(alice.id))[0].id
    await accounts.set_usual_model(alice.id, usual)
    await preferences.answer_in(alice.id, "")  # that of each message
    await preferences.look_like(alice.id, "light")
    await preferences.instruct(alice.id, "Be brief.")
    before = await preferences.known(alice.id)
    done = await import_archive(alice, archive(**THERE))
    assert done.taken == ["short"]
    assert done.kept == ["language", "name", "theme", "instructions"]
    assert done.instructions == ""
    known = await preferences.known(alice.id)
    assert (known.language, known.theme, known.instructions) == ("", "light", "Be brief.")
    assert (known.model, known.theme_since) == (usual, before.theme_since)


async def test_the_usual_model_comes_where_the_plan_has_it(alice, demo) -> None:
    usual = offers(await tiers.tier_of(alice.id))[0].id
    assert (await import_archive(alice, archive(default_model=usual))).taken == ["model"]
    assert (await preferences.known(alice.id)).model == usual


async def test_instructions_are_shown_and_never_put_in_force_by_a_file(alice) -> None:
    done = await import_archive(alice, archive(**THERE))
    assert done.instructions == "Call me Captain."
    assert (await preferences.known(alice.id)).instructions == ""


@pytest.mark.parametrize(
    ("settings", "item"),
    [
        ({"name": "a\u202eb\nc"}, "name"),
        ({"default_model": "evil-1"}, "model"),
        ({"preferences": {"language": "xx"}}, "language"),
        ({"preferences": {"theme": {"a": 1}}}, "theme"),
        ({"preferences": {"short": "x"}}, "short"),
    ],
)
async def test_what_cannot_be_chosen_is_left_and_named(settings, item, alice) -> None:
    before = await preferences.known(alice.id)
    done = await import_archive(alice, archive(**settings))
    assert (done.taken, done.skipped) == ([], [(f"settings.json: {item}", UNKNOWN)])
    assert await preferences.known(alice.id) == before


async def test_nothing_else_gets_into_the_profile(alice, db) -> None:
    hostile = {"operator": True, "preferences": {"tier": "team", "language": "fr", "erase_at": 1}}
    await import_archive(alice, archive(plan={"tier": "enterprise"}, **hostile))
    [row] = await rows(db, "select metadata from profiles where user_id = $1", alice.id)
    assert json.loads(row["metadata"]) == {"language": "fr"}
    [plan] = await rows(db, "select tier from subscriptions where user_id = $1", alice.id)
    assert plan["tier"] == "free"


async def test_what_is_no_list_of_settings_is_named(alice) -> None:
    for text, why in (("x", "it is not JSON"), ("[]", "it is no object of JSON")):
        done = await import_archive(alice, packed({"settings.json": text}))
        assert done.skipped == [("settings.json", why)]
