"""Accounts: sign-in by name, and what is kept about somebody."""

import asyncio
from uuid import uuid4

import pytest

from assistant.config import settings
from assistant.errors import NotFound, Refused
from assistant.services import accounts
from assistant.services.accounts import name_of, sign_in_by_name
from tests.conftest import signed_in
from tests.services.talk import rows


def name() -> str:
    return f"Carol {uuid4().hex[:10]}"


async def test_the_same_name_is_the_same_user_in_another_session(db):
    carol = name()
    first = await signed_in(carol)
    again = await signed_in(f"  {carol.upper()} ")
    assert first.id == again.id
    assert first.session_id != again.session_id
    assert await name_of(first.id) == carol


async def test_names_that_look_alike_are_one_account(db):
    carol = f"Zo\u00e9 {uuid4().hex[:10]}"
    first = await signed_in(carol)
    for same in (
        carol.replace("\u00e9", "e\u0301"),
        carol.replace("Z", "Z\u200d"),
        f"{carol.upper()}\u200c",
        f"\u200b{carol} ",
    ):
        assert (await signed_in(same)).id == first.id
    assert await name_of(first.id) == carol
    assert (await signed_in(carol.replace("\u00e9", "e"))).id != first.id


async def test_ten_first_sign_ins_at_once_make_one_account(db):
    carol = name()
    tokens = await asyncio.gather(*(sign_in_by_name(carol) for _ in range(10)))
    (user_id,) = {each.user_id for each in tokens}
    assert len(await rows(db, "select 1 from profiles where user_id = $1", user_id)) == 1


@pytest.mark.parametrize(
    "bad", ["", "   ", "\u200b", "\u200d", "\u3164", "x" * 61, "a\x00", "\udc80", "\n\t"]
)
async def test_an_unusable_name_is_refused_with_a_sentence(bad, db):
    with pytest.raises(Refused) as caught:
        await sign_in_by_name(bad)
    assert str(caught.value).endswith(".")


async def test_off_loopback_or_with_oauth_there_is_no_sign_in_by_name(db, monkeypatch):
    for variable, value in (
        ("APP_URL", "https://assistant.example"),
        ("BIND_HOST", "0.0.0.0"),  # noqa: S104
        ("GOOGLE_CLIENT_ID", "client"),
        ("MICROSOFT_CLIENT_ID", "client"),
        ("GITHUB_CLIENT_ID", "client"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            settings.cache_clear()
            with pytest.raises(NotFound):
                await sign_in_by_name(name())
        settings.cache_clear()


async def test_the_usual_model_is_remembered_for_each_user(alice, bob):
    await accounts.set_usual_model(alice.id, "gpt-4o")
    assert await accounts.usual_model(alice.id) == "gpt-4o"
    assert await accounts.usual_model(bob.id) == ""
