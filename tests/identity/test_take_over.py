"""Across sign-in and linking: nobody gets into an account by an e-mail address or by being first.

The five orders of "pre-hijacking" (Sudhodanan and Paverd, USENIX Security 2022) are among them.
"""

import html
import re
from uuid import uuid4

import pytest

from assistant.errors import NotSignedIn, Refused
from assistant.services import sessions
from assistant.services.identities import listed, unlink
from assistant.services.sessions import who_is
from tests.identity.conftest import GITHUB_MAIL, at_provider
from tests.identity.server import FromNow, spelled
from tests.services.talk import rows, unlink_during

VICTIM = "victim@example.org"


def as_(providers, mail=VICTIM, **claims):
    """Whoever goes to Google or Microsoft now is somebody new, with this address."""
    providers.claims |= {"sub": uuid4().hex, "email": mail, "email_verified": True, **claims}


async def sent_on(answer):
    """Where the page that answers a request to link sends the browser."""
    address = html.unescape(re.search('url=([^"]*)"', answer.text)[1])
    return await at_provider(address)


async def links(visitor, provider):
    return await visitor.comes_back(await sent_on(await visitor.links(provider)))


async def test_entra_with_a_victims_address_is_an_account_of_its_own(providers, people):
    victim, mallory = people(), people()
    as_(providers)
    await victim.signs_in("google")
    as_(providers, xms_edov=False)
    await mallory.signs_in("microsoft")
    assert await victim.id() != await mallory.id()


@pytest.mark.parametrize("verified", [True, False])
async def test_github_with_a_victims_address_is_an_account_of_its_own(verified, providers, people):
    victim, mallory = people(), people()
    as_(providers)
    await victim.signs_in("google")
    providers.emails = [GITHUB_MAIL | {"email": VICTIM, "verified": verified}]
    await mallory.signs_in("github")
    assert await victim.id() != await mallory.id()


async def test_the_same_subject_at_another_issuer_is_somebody_else(providers, people):
    one, other = people(), people()
    as_(providers)
    await one.signs_in("google")
    await other.signs_in("microsoft")
    assert await one.id() != await other.id()


async def test_an_account_made_beforehand_gets_nobody_merged_into_it(providers, people):
    """Classic-federated merge, and a provider that verifies nothing."""
    mallory, victim = people(), people()
    as_(providers, email_verified=False)
    await mallory.signs_in("microsoft")
    as_(providers)
    await victim.signs_in("google")
    assert await victim.id() != await mallory.id()
    assert len(await listed(await victim.id())) == 1


async def test_a_session_kept_open_beforehand_ends_when_a_way_in_is_linked(providers, people):
    """Unexpired session."""
    mallory, owner = people(), people()
    as_(providers)
    await mallory.signs_in("google")
    await owner.signs_in("google")
    assert (await links(owner, "github")).headers["location"] == "/settings"
    with pytest.raises(NotSignedIn):
        await mallory.user()
    with pytest.raises(NotSignedIn):
        await who_is(mallory.browser.cookies.get("session"))
    assert (await mallory.browser.post("/auth/refresh")).status_code == 401
    await owner.user()


async def test_nobody_is_led_to_link_themselves_to_anothers_account(providers, people):
    """Trojan identifier: a link that Mallory began, finished by the victim's browser."""
    mallory, victim = people(), people()
    as_(providers)
    await mallory.signs_in("google")
    address = await sent_on(await mallory.links("github"))
    as_(providers)
    await victim.signs_in("google")
    for browser in (victim, people()):
        answer = await browser.comes_back(address)
        assert answer.headers["location"] == "/sign-in?error=refused"
    assert len(await listed(await mallory.id())) == 1
    assert len(await listed(await victim.id())) == 1


async def test_an_address_that_changes_later_moves_nobody(providers, people):
    """Unexpired change of the e-mail address."""
    mallory, victim = people(), people()
    as_(providers, "mallory@example.org")
    await mallory.signs_in("google")
    providers.claims["email"] = VICTIM
    await mallory.signs_in("google")
    (identity,) = await listed(await mallory.id())
    assert identity.label == VICTIM  # for the eye only
    as_(providers)
    await victim.signs_in("google")
    assert await victim.id() != await mallory.id()


async def test_one_more_way_in_leads_to_the_same_account(providers, people):
    visitor, again = people(), people()
    await visitor.signs_in("google")
    answer = await links(visitor, "github")
    assert answer.headers["location"] == "/settings"
    await again.signs_in("github")
    assert await again.id() == await visitor.id()
    assert [each.provider for each in await listed(await visitor.id())] == ["google", "github"]
    assert (await links(again, "github")).headers["location"] == "/settings"  # and again: nothing
    assert len(await listed(await again.id())) == 2


async def test_a_way_in_of_somebody_else_is_not_linked(providers, people):
    owner, mallory = people(), people()
    await owner.signs_in("github")
    as_(providers)
    await mallory.signs_in("google")
    answer = await links(mallory, "github")
    assert answer.headers["location"] == "/sign-in?error=taken"
    assert len(await listed(await owner.id())) == len(await listed(await mallory.id())) == 1


async def test_linking_needs_a_sign_in_of_the_last_minutes(providers, visitor, db):
    await visitor.signs_in("google")
    address = await sent_on(await visitor.links("github"))
    old = "update login_sessions set fresh_at = now() - interval '6 minutes' where id = $1"
    await rows(db, old, (await visitor.user()).session_id)
    for answer in (await visitor.links("github"), await visitor.comes_back(address)):
        assert answer.headers["location"] == "/sign-in?again=1&next=/settings"
    assert len(await listed(await visitor.id())) == 1
    await visitor.signs_in("google", "?again=1&next=/settings")
    assert (await links(visitor, "github")).headers["location"] == "/settings"


async def test_a_way_in_is_linked_by_a_sign_in_of_now_and_not_by_what_a_browser_remembers(
    providers, visitor
):
    await visitor.signs_in("github")
    providers.claims |= spelled({"auth_time": FromNow(-3600)})
    assert (await links(visitor, "google")).headers["location"] == "/sign-in?error=refused"
    assert len(await listed(await visitor.id())) == 1
    providers.claims |= spelled({"auth_time": FromNow(0)})
    assert (await links(visitor, "google")).headers["location"] == "/settings"


async def test_nobody_links_without_a_session_or_from_another_site(visitor):
    assert (await visitor.links("github")).status_code == 401
    by_form = await visitor.browser.post("/auth/link/github", headers={"accept": "text/html"})
    assert by_form.headers["location"] == "/sign-in?next=/settings"
    await visitor.signs_in("google")
    evil = {"origin": "https://evil.example"}
    assert (await visitor.browser.post("/auth/link/github", headers=evil)).status_code == 403
    answer = await visitor.browser.get("/auth/link/github")
    assert "set-cookie" not in answer.headers


async def test_who_was_idle_links_and_comes_back_by_the_refresh_token(visitor):
    await visitor.signs_in("google")
    visitor.browser.cookies.delete("session")
    address = await sent_on(await visitor.links("github"))
    assert (await visitor.comes_back(address)).headers["location"] == "/settings"
    assert "session" not in visitor.browser.cookies
    await visitor.browser.get("/settings", headers={"accept": "text/html"})
    assert len(await listed(await visitor.id())) == 2


async def test_a_link_whose_session_has_ended_is_refused(visitor, people):
    await visitor.signs_in("google")
    address = await sent_on(await visitor.links("github"))
    await visitor.signs_in("google")  # another session of the same user
    answer = await visitor.comes_back(address)
    assert answer.headers["location"] == "/sign-in?error=refused"


async def test_a_way_in_that_was_removed_leads_to_an_account_of_its_own(providers, people):
    owner, other, later = people(), people(), people()
    await owner.signs_in("google")
    await links(owner, "github")
    await other.signs_in("google")
    first, second = await listed(await owner.id())
    await unlink(await owner.user(), second.id)
    with pytest.raises(NotSignedIn):
        await other.user()
    with pytest.raises(Refused):
        await unlink(await owner.user(), first.id)
    await later.signs_in("github")
    assert await later.id() != await owner.id()


async def test_a_way_in_that_is_removed_while_its_owner_arrives_signs_nobody_in(
    providers, people, db
):
    owner, other = people(), people()
    as_(providers)
    await owner.signs_in("google")
    await links(owner, "github")
    address = await other.begins("google")
    subject = providers.claims["sub"]
    answer = await unlink_during(db, await owner.id(), subject, other.comes_back(address))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?error=refused")
    with pytest.raises(NotSignedIn):
        await other.user()


async def test_signing_in_takes_no_session_that_was_there_before(people, providers):
    """Session fixation: whatever the browser had is replaced and over."""
    visitor = people()
    await visitor.signs_in("google")
    before, token = await visitor.user(), visitor.browser.cookies.get("session")
    await visitor.signs_in("google")
    assert (await visitor.user()).session_id != before.session_id
    sessions._known.clear()
    with pytest.raises(NotSignedIn):
        await who_is(token)
