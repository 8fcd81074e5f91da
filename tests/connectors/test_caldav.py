"""What only CalDAV does, at a real Radicale, and at servers that behave otherwise."""

from datetime import UTC, datetime

import pytest

from assistant.agent.backends.calendar import Change, Draft
from assistant.connectors.caldav import Caldav
from assistant.connectors.dav import Account
from assistant.errors import ToolError
from tests.connectors.calendars import ALICE, HERE
from tests.connectors.ics_texts import calendar, event, series
from tests.connectors.test_caldav_home import CALENDAR, HOME, PRINCIPAL, multistatus
from tests.servers.radicale import USERS, Radicale
from tests.servers.scripted import Say, Scripted

START, END = datetime(2026, 12, 3, 12, tzinfo=UTC), datetime(2026, 12, 3, 13, tzinfo=UTC)
LUNCH = Draft("Lunch", START, END)
MEETING = Draft("Meeting", START, END, attendees=("bob@example.com",))
TEXT = calendar(event("DTSTART:20261203T120000Z", "SUMMARY:Lunch")).decode()


async def work_of(caldav: Caldav) -> str:
    return next(each.id for each in await caldav.calendars() if each.name == "Work")


async def test_what_other_programs_wrote_is_read_changed_and_kept(
    caldav: Caldav, caldav_server: Radicale
) -> None:
    foreign = calendar(series("FREQ=WEEKLY", "SUMMARY:Choir", "CATEGORIES:MUSIC")).decode()
    assert caldav_server.ask("PUT", "work/choir 1.ics", foreign).status_code == 201
    work = await work_of(caldav)
    found = (await caldav.events(work, START.replace(day=2), START.replace(day=9))).events
    assert [(each.id, each.title) for each in found] == [("choir 1.ics#20261208T090000Z", "Choir")]
    await caldav.update(work, "choir 1.ics", Change(title="Big choir"))
    text = caldav_server.ask("GET", "work/choir 1.ics").text
    assert "SUMMARY:Big choir" in text
    assert "CATEGORIES:MUSIC" in text


async def test_a_server_that_sends_no_invitations_is_known(caldav: Caldav) -> None:
    work = await work_of(caldav)
    assert not (await caldav.create(work, MEETING, "key")).told
    assert (await caldav.create(work, LUNCH, "another key")).told


@pytest.mark.parametrize(("organiser", "host"), [("eve@evil.org", "eve@evil.org"), (ALICE, "")])
async def test_who_else_organises_an_event_is_known(
    organiser: str, host: str, caldav: Caldav, caldav_server: Radicale
) -> None:
    lines = (
        "DTSTART:20261203T120000Z",
        f"ORGANIZER:mailto:{organiser}",
        f"ATTENDEE:mailto:{ALICE}",
    )
    assert caldav_server.ask("PUT", "work/x.ics", calendar(event(*lines)).decode()).is_success
    found = await caldav.event(await work_of(caldav), "x.ics")
    assert (found.organiser, found.host) == (organiser, host)


async def test_whoever_has_no_address_can_invite_nobody(caldav_server: Radicale) -> None:
    caldav_server.make_calendar("own", "Own", user="bob")
    bob = Caldav(Account(caldav_server.url, "bob", USERS["bob"]), HERE)
    [own] = await bob.calendars()
    with pytest.raises(ToolError, match="which mail address is the user's"):
        await bob.create(own.id, MEETING, "key")
    assert not (await bob.events(own.id, START, END)).events
    await bob.create(own.id, LUNCH, "key")


async def test_another_users_calendar_is_out_of_reach(
    caldav: Caldav, caldav_server: Radicale
) -> None:
    other = f"{caldav_server.url}bob/"
    with pytest.raises(ToolError, match="Nothing was changed"):
        await caldav.create(other, LUNCH, "key")
    with pytest.raises(ToolError, match="calendar itself is gone"):
        await caldav.restore({"calendar": other, "event": "x.ics", "ics": TEXT, "version": ""})


async def test_a_wrong_password_changes_nothing(caldav: Caldav, caldav_server: Radicale) -> None:
    work = await work_of(caldav)
    stranger = Caldav(Account(caldav_server.url, ALICE, "wrong"), HERE)
    for call in (stranger.calendars(), stranger.create(work, LUNCH, "key")):
        with pytest.raises(ToolError, match="does not accept"):
            await call
    assert not caldav_server.names("work")


async def test_what_came_in_place_of_the_deleted_one_is_not_overwritten(
    caldav: Caldav, caldav_server: Radicale
) -> None:
    work = await work_of(caldav)
    made = (await caldav.create(work, LUNCH, "key")).event
    saved = await caldav.delete(work, made.id)
    caldav_server.ask("PUT", f"work/{made.id}", TEXT.replace("Lunch", "Other"))
    with pytest.raises(ToolError, match="nothing was overwritten"):
        await caldav.restore(saved)
    assert (await caldav.event(work, made.id)).title == "Other"


@pytest.fixture
def strange(server: Scripted) -> Caldav:
    """A calendar at a server that does as it is told."""
    server.says["PROPFIND", "/"] = PRINCIPAL
    server.says["PROPFIND", "/me/"] = multistatus(("/me/", HOME.format("/cal/")))
    server.says["PROPFIND", "/cal/"] = multistatus(("/cal/", CALENDAR))
    server.says["GET", "/cal/1.ics"] = Say(200, TEXT, {"ETag": '"1"'})
    return Caldav(Account(server.url, "alice", "word"), HERE)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten(
    server: Scripted, strange: Caldav, method: str
) -> None:
    server.says[method, "/cal/1.ics"] = Say(412)
    calendar_url = f"{server.url}/cal/"
    with pytest.raises(ToolError, match=r"changed elsewhere meanwhile\. Nothing was changed"):
        await (
            strange.delete(calendar_url, "1.ics")
            if method == "DELETE"
            else strange.update(calendar_url, "1.ics", Change(title="New"))
        )
    assert server.seen[-1][2]["If-Match"] == '"1"'


async def test_versions_are_asked_for_unpacked(server: Scripted, strange: Caldav) -> None:
    await strange.event(f"{server.url}/cal/", "1.ics")
    assert server.seen[-1][2]["Accept-Encoding"] == "identity"


async def test_without_versions_nothing_is_changed(server: Scripted, strange: Caldav) -> None:
    server.says["GET", "/cal/1.ics"] = Say(200, TEXT)
    with pytest.raises(ToolError, match="tells no versions of its events"):
        await strange.update(f"{server.url}/cal/", "1.ics", Change(title="New"))
    assert {method for method, _ in server.asked} == {"GET"}


async def test_a_server_that_tells_no_version_of_what_it_took_is_asked_for_it(
    server: Scripted, strange: Caldav
) -> None:
    server.says["PUT", "/cal/1.ics"] = Say(204)
    done = await strange.update(f"{server.url}/cal/", "1.ics", Change(title="New"))
    assert isinstance(done.saved, dict)
    assert done.saved["version"] == '"1"'


async def test_what_was_written_but_cannot_be_seen_again_is_not_called_unchanged(
    server: Scripted, strange: Caldav
) -> None:
    name = "/cal/2c70e12b7a0646f92279f427c7b38e7334d8e538.ics"  # of this key
    server.says["PUT", name] = Say(201)
    server.says["GET", name] = Say(503)
    with pytest.raises(ToolError, match="was written, but") as caught:
        await strange.create(f"{server.url}/cal/", LUNCH, "key")
    assert "Nothing was changed" not in str(caught.value)


async def test_a_server_that_invites_by_itself_is_known(server: Scripted, strange: Caldav) -> None:
    created = calendar(
        event("DTSTART:20261203T120000Z", "ATTENDEE:mailto:bob@example.com")
    ).decode()
    features = {"DAV": "1, calendar-access, calendar-auto-schedule"}
    server.says["OPTIONS", "/cal/"] = Say(200, headers=features)
    name = "/cal/2c70e12b7a0646f92279f427c7b38e7334d8e538.ics"  # of this key
    server.says["PUT", name] = Say(201)
    server.says["GET", name] = Say(200, created, {"ETag": '"1"'})
    assert (await strange.create(f"{server.url}/cal/", MEETING, "key")).told
    [(*_, headers, body)] = [each for each in server.seen if each[0] == "PUT"]
    assert headers["If-None-Match"] == "*"
    assert "ORGANIZER:mailto:alice@example.com" in body


async def test_where_calendars_stand_is_asked_once(server: Scripted, strange: Caldav) -> None:
    await strange.calendars()
    await strange.calendars()
    assert server.asked.count(("PROPFIND", "/me/")) == 1
