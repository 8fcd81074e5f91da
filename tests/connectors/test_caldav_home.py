"""How an account's calendars are found, at servers that differ in it."""

import pytest

from assistant.connectors.caldav_home import found_calendars, found_home
from assistant.connectors.dav import Account, Dav
from assistant.errors import ToolError
from tests.connectors.calendars import ALICE, HERE
from tests.servers.radicale import USERS, Radicale
from tests.servers.scripted import Say, Scripted

SPACES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" '
    'xmlns:cs="http://calendarserver.org/ns/"'
)


def multistatus(*responses: tuple[str, str]) -> Say:
    found = "".join(
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        for href, properties in responses
    )
    return Say(207, f"<d:multistatus {SPACES}>{found}</d:multistatus>")


PRINCIPAL = multistatus(
    ("/", "<d:current-user-principal><d:href>/me/</d:href></d:current-user-principal>")
)
HOME = (
    "<c:calendar-home-set><d:href>{}</d:href></c:calendar-home-set><c:calendar-user-address-set>"
    "<d:href>/me/</d:href><d:href>mailto:alice@example.com</d:href></c:calendar-user-address-set>"
)
CALENDAR = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>"


def holds(*names: str) -> str:
    each = "".join(f'<c:comp name="{name}"/>' for name in names)
    return f"<c:supported-calendar-component-set>{each}</c:supported-calendar-component-set>"


def may(*names: str) -> str:
    each = "".join(f"<d:privilege><d:{name}/></d:privilege>" for name in names)
    return f"<d:current-user-privilege-set>{each}</d:current-user-privilege-set>"


@pytest.fixture
def dav(server: Scripted) -> Dav:
    server.says["PROPFIND", "/me/"] = multistatus(("/me/", HOME.format("/cal")))
    return Dav(Account(server.url, "alice", "word"), HERE)


async def test_the_address_itself_may_tell(server: Scripted, dav: Dav) -> None:
    server.says["PROPFIND", "/"] = PRINCIPAL
    home = await found_home(dav)
    assert home.url == f"{server.url}/cal/"
    assert home.addresses == ("alice@example.com",)


async def test_else_the_well_known_address_does(server: Scripted, dav: Dav) -> None:
    known = ("PROPFIND", "/.well-known/caldav")
    server.says["PROPFIND", "/"] = Say(405)
    server.says[known] = Say(301, headers={"Location": "/remote.php/dav/"})
    server.says["PROPFIND", "/remote.php/dav/"] = PRINCIPAL
    assert (await found_home(dav)).url == f"{server.url}/cal/"
    assert known in server.asked


async def test_a_folder_that_tells_nothing_leads_to_the_root(server: Scripted) -> None:
    server.says["PROPFIND", "/some/folder"] = multistatus(("/some/folder", ""))
    server.says["PROPFIND", "/"] = PRINCIPAL
    server.says["PROPFIND", "/me/"] = multistatus(("/me/", HOME.format("/cal/")))
    dav = Dav(Account(f"{server.url}/some/folder", "alice", "word"), HERE)
    assert (await found_home(dav)).url == f"{server.url}/cal/"


async def test_a_home_may_have_a_whole_address(server: Scripted, dav: Dav) -> None:
    server.says["PROPFIND", "/"] = PRINCIPAL
    whole = f"{server.url.replace('127.0.0.1', 'localhost')}/cal/"
    server.says["PROPFIND", "/me/"] = multistatus(("/me/", HOME.format(whole)))
    assert (await found_home(dav)).url == whole


async def test_a_server_without_calendars_is_said_so(server: Scripted, dav: Dav) -> None:
    with pytest.raises(ToolError, match="is no calendar server"):
        await found_home(dav)
    server.says["PROPFIND", "/"] = PRINCIPAL
    server.says["PROPFIND", "/me/"] = multistatus(("/me/", ""))
    with pytest.raises(ToolError, match="keeps no calendars"):
        await found_home(dav)


async def test_a_server_that_is_unwell_is_not_called_none(server: Scripted, dav: Dav) -> None:
    server.says["PROPFIND", "/"] = Say(503)
    with pytest.raises(ToolError, match="cannot answer now"):
        await found_home(dav)


@pytest.mark.parametrize(
    ("mark", "shared"), [("shared", True), ("shared-owner", True), ("x", False)]
)
async def test_others_see_what_the_server_says_that_is_shared(
    server: Scripted, dav: Dav, mark: str, *, shared: bool
) -> None:
    server.says["PROPFIND", "/"] = PRINCIPAL
    kind = f"<d:resourcetype><d:collection/><c:calendar/><cs:{mark}/></d:resourcetype>"
    server.says["PROPFIND", "/cal/"] = multistatus(("/cal/team/", kind))
    (found,) = await found_calendars(dav, await found_home(dav))
    assert found.shared is shared


async def test_only_calendars_of_events_are_listed(server: Scripted, dav: Dav) -> None:
    server.says["PROPFIND", "/"] = PRINCIPAL
    server.says["PROPFIND", "/cal/"] = multistatus(
        ("/cal/", "<d:resourcetype><d:collection/></d:resourcetype>"),
        ("/cal/work/", f"{CALENDAR}<d:displayname>Work\n 1</d:displayname>{holds('VEVENT')}"),
        ("/cal/old", CALENDAR + may("read")),
        ("/cal/all/", CALENDAR + holds("VTODO", "VEVENT") + may("read", "write-content")),
        ("/cal/tasks/", CALENDAR + holds("VTODO")),
        ("/cal/inbox/", "<d:resourcetype><d:collection/><c:schedule-inbox/></d:resourcetype>"),
    )
    found = await found_calendars(dav, await found_home(dav))
    assert [(each.id, each.name, each.writable) for each in found] == [
        (f"{server.url}/cal/work/", "Work 1", True),
        (f"{server.url}/cal/old/", "old", False),
        (f"{server.url}/cal/all/", "all", True),
    ]


@pytest.mark.parametrize("path", ["", "alice%40example.com/", "alice%40example.com/work/"])
async def test_radicale_is_found_from_any_address(caldav_server: Radicale, path: str) -> None:
    dav = Dav(Account(caldav_server.url + path, ALICE, USERS[ALICE]), HERE)
    home = await found_home(dav)
    assert home.url == f"{caldav_server.url}alice%40example.com/"
    assert {each.name for each in await found_calendars(dav, home)} == {"Work", "Home"}


async def test_a_wrong_password_at_radicale(caldav_server: Radicale) -> None:
    with pytest.raises(ToolError, match="does not accept the user name or the password"):
        await found_home(Dav(Account(caldav_server.url, ALICE, "wrong"), HERE))
