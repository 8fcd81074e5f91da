"""The settings of security: what they show, and what each command changes for whom."""

import pyotp
import pytest

from assistant.config import settings
from assistant.services import identities, second_factor, sessions
from assistant.services.accounts import Person, name_of
from assistant.services.second_factor import confirm, enrol, status
from assistant.state.security import SecurityState
from tests.conftest import signed_in
from tests.services.talk import rows

NOON = 1_800_000_015.0
OLD = "update login_sessions set {} = now() - interval '6 minutes' where user_id = $1"


@pytest.fixture
def page(hers):
    """Sends a command, or opens the page, and tells what is shown then."""

    async def send(event: str = "load", **payload):
        await hers.send(SecurityState, event, **payload)
        return await hers.state(SecurityState)

    return send


@pytest.fixture
async def factor(alice, monkeypatch):
    """Alice has a second factor, whose code this session has given."""
    monkeypatch.setattr(second_factor, "_now", lambda: NOON)
    totp = pyotp.TOTP((await enrol(alice)).secret)
    return await confirm(alice, totp.at(NOON))


async def link(user, provider="github"):
    """One more way to sign in."""
    person = Person(provider, f"https://{provider}", str(user.id), "Al", f"al@{provider}.example")
    await identities.link(user, person)


async def living(user):
    return {each.id for each in await sessions.devices(user)}


async def test_it_shows_how_things_stand(page, alice):
    await link(alice)
    other = await signed_in(await name_of(alice.id))
    shown = await page()
    assert [(way.provider, way.label) for way in shown.ways] == [
        ("Name", await name_of(alice.id)),
        ("GitHub", "al@github.example"),
    ]
    assert [(each.id, each.current) for each in shown.devices] == [
        (str(alice.session_id), True),
        (str(other.session_id), False),
    ]
    assert (shown.factor, shown.offers, shown.problem) == ("off", [], "")


async def test_what_can_be_linked_is_what_is_set_up(page, monkeypatch):
    monkeypatch.setenv("GITHUB_CLIENT_ID", "x")
    settings.cache_clear()
    try:
        shown = await page()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert shown.offers == [{"id": "github", "label": "GitHub"}]


async def test_a_plan_without_a_second_factor_shows_one_that_is_on_all_the_same(
    page, alice, monkeypatch
):
    monkeypatch.setenv("DEFAULT_TIER", "free")
    settings.cache_clear()
    try:
        without = (await page()).factor
        monkeypatch.setenv("DEFAULT_TIER", "pro")
        settings.cache_clear()
        monkeypatch.setattr(second_factor, "_now", lambda: NOON)
        await confirm(alice, pyotp.TOTP((await enrol(alice)).secret).at(NOON))
        monkeypatch.setenv("DEFAULT_TIER", "free")
        settings.cache_clear()
        shown = await page("refresh")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (without, shown.factor, shown.codes_left) == ("none", "on", 10)


async def test_a_way_is_removed_and_the_last_one_stays(page, alice):
    await link(alice)
    mine = (await page()).ways
    shown = await page("unlink", identity_id=mine[1].id)
    assert [way.id for way in shown.ways] == [mine[0].id]
    shown = await page("unlink", identity_id=mine[0].id)
    assert shown.problem == identities.LAST
    assert len(await identities.listed(alice.id)) == 1


async def test_one_device_is_signed_out_or_all_others(page, alice):
    others = [await signed_in(await name_of(alice.id)) for _ in range(3)]
    shown = await page("revoke", session_id=str(others[0].session_id))
    assert {each.id for each in shown.devices} == {
        str(each.session_id) for each in (alice, *others[1:])
    }
    shown = await page("revoke_others")
    assert [each.id for each in shown.devices] == [str(alice.session_id)]
    assert await living(alice) == {alice.session_id}


async def test_the_second_factor_is_turned_off(page, alice, factor):
    assert (await page()).factor == "on"
    assert (await page("turn_off_factor")).factor == "off"
    assert not (await status(alice.id)).on


@pytest.mark.usefixtures("factor")
@pytest.mark.parametrize(("too_old", "way"), [("fresh_at", "/sign-in"), ("verified_at", "/verify")])
async def test_an_old_proof_leads_to_where_it_is_given_anew_and_changes_nothing(
    too_old, way, page, hers, db
):
    await link(hers.user)
    mine, there = (await page()).ways, f"{way}?again=1&next=/settings"
    await rows(db, OLD.format(too_old), hers.user.id)
    for event, payload in (("turn_off_factor", {}), ("unlink", {"identity_id": mine[1].id})):
        shown = await page(event, **payload)
        assert (hers.redirects.pop(), shown.problem) == (there, "")
        hers.line.events.clear()
    assert (await status(hers.user.id)).on
    assert len(await identities.listed(hers.user.id)) == 2


async def test_what_belongs_to_bob_does_not_exist(page, bob):
    await link(bob)
    (his, _) = await identities.listed(bob.id)
    for event, payload, said in (
        ("revoke", {"session_id": str(bob.session_id)}, "This device does not exist."),
        ("revoke", {"session_id": "x"}, "This device does not exist."),
        ("unlink", {"identity_id": str(his.id)}, "This way to sign in does not exist."),
        ("unlink", {"identity_id": "x"}, "This way to sign in does not exist."),
    ):
        assert (await page(event, **payload)).problem == said
    assert await living(bob) == {bob.session_id}
    assert len(await identities.listed(bob.id)) == 2


async def test_nobody_sees_or_changes_anything(anonymous):
    await anonymous.send(SecurityState, "load")
    shown = await anonymous.state(SecurityState)
    assert (shown.ways, shown.devices, shown.problem) == ([], [], "")
    for event in ("refresh", "turn_off_factor", "revoke_others"):
        await anonymous.send(SecurityState, event)
        assert (await anonymous.state(SecurityState)).problem == "Please sign in."


async def test_no_secret_is_in_the_state(page, alice, factor, hers):
    await page()
    whole = str((await hers.state(SecurityState)).dict())
    for code in factor:
        assert code not in whole
