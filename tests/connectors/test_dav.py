"""Requests to a WebDAV server: where the password goes, what fails, and what XML may hold."""

import base64
import socket

import pytest

from assistant.connectors.dav import Account, Dav
from assistant.connectors.network import Reach
from assistant.errors import AccessRefused, ToolError
from tests.connectors.calendars import HERE
from tests.servers.scripted import SILENCE, Say, Scripted

ONE = (
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/a%20b/</d:href>'
    "<d:propstat><d:prop><d:displayname> A &amp; B </d:displayname></d:prop>"
    "<d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    "<d:propstat><d:prop><d:getetag>no</d:getetag></d:prop>"
    "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response></d:multistatus>"
)


def dav(url: str, seconds: float = 10.0) -> Dav:
    return Dav(Account(url, "alice", "päss:word"), HERE, seconds)


async def test_the_password_goes_along_and_shows_nowhere(server: Scripted) -> None:
    account = Account(server.url, "alice", "päss:word")
    server.says["GET", "/x"] = Say(200)
    await Dav(account, HERE).done("GET", f"{server.url}/x")
    [(_, _, headers, _)] = server.seen
    assert base64.b64decode(headers["Authorization"].split()[1]).decode() == "alice:päss:word"
    assert "päss" not in repr(account)


async def test_properties_that_a_resource_has_not_are_left_out(server: Scripted) -> None:
    server.says["PROPFIND", "/"] = Say(207, ONE)
    [found] = await dav(server.url).resources("PROPFIND", f"{server.url}/", "", 1)
    assert found.url == f"{server.url}/a%20b/"
    assert found.text("d:displayname") == "A & B"
    assert found.text("d:getetag") == ""
    assert found.link("d:displayname") == ""


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_keeps_method_body_and_password(server: Scripted, status: int) -> None:
    server.says["PROPFIND", "/old"] = Say(status, headers={"Location": "/new"})
    server.says["PROPFIND", "/new"] = Say(207, ONE)
    answer = await dav(server.url).ask("PROPFIND", f"{server.url}/old", b"body")
    assert answer.url == f"{server.url}/new"
    _, (method, _, headers, body) = server.seen
    assert (method, body) == ("PROPFIND", "body")
    assert headers["Authorization"].startswith("Basic ")


async def test_a_redirect_to_another_house_is_not_told_the_password(server: Scripted) -> None:
    server.says["GET", "/"] = Say(302, headers={"Location": "https://evil.example/"})
    with pytest.raises(ToolError, match=r"leads to evil\.example, which was not told"):
        await dav(server.url).ask("GET", f"{server.url}/")


@pytest.mark.parametrize(
    ("root", "url", "may"),
    [
        ("https://caldav.icloud.com", "https://p12-caldav.icloud.com/x", True),
        ("https://fastmail.com", "https://caldav.fastmail.com/", True),
        ("https://cloud.example.org", "https://cloud.example.org:8443/", True),
        ("https://caldav.icloud.com", "https://icloud.com.evil.example/", False),
        ("https://caldav.icloud.com", "https://evilicloud.com/", False),
        ("https://example.com", "https://other.com/", False),
        ("https://example.co.uk", "https://evil.co.uk/", False),
        ("https://ann.duckdns.org", "https://eve.duckdns.org/", False),
        ("https://caldav.icloud.com", "http://caldav.icloud.com/", False),
    ],
)
def test_the_password_stays_in_the_house(root: str, url: str, *, may: bool) -> None:
    there = Dav(Account(root, "a", "b"), Reach())
    if may:
        assert there._ours(url) == url
    else:
        with pytest.raises(ToolError):
            there._ours(url)


@pytest.mark.parametrize(
    "url",
    ["http://cal.example.com", "ftp://a.b/", "https://u:p@cal.example.com/", "https://", "https://[",
     "https://a:port/", "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_where_the_password_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ToolError, match="begins with https://"):
        Dav(Account(url, "a", "b"), Reach())


def test_a_bare_name_is_meant_with_https() -> None:
    assert Dav(Account(" cal.example.com ", "a", "b"), Reach()).root == "https://cal.example.com"


async def test_redirects_in_circles_end(server: Scripted) -> None:
    server.says["GET", "/"] = Say(302, headers={"Location": "/"})
    with pytest.raises(ToolError, match="leads in circles"):
        await dav(server.url).ask("GET", f"{server.url}/")
    assert len(server.seen) == 5


async def test_a_wrong_password_is_said_so_without_showing_it(server: Scripted) -> None:
    server.says["PUT", "/"] = Say(401)
    with pytest.raises(AccessRefused, match="does not accept the user name or the pass") as caught:
        await dav(server.url).ask("PUT", f"{server.url}/")
    assert "Nothing was changed" in str(caught.value)
    assert "päss" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "does not allow this"),
        (404, "no such event or calendar"),
        (412, "changed elsewhere meanwhile. Nothing was changed"),
        (429, "asked too often"),
        (500, "cannot answer now"),
        (503, "cannot answer now"),
        (507, "no room left"),
    ],
)
async def test_each_refusal_is_a_sentence(server: Scripted, status: int, said: str) -> None:
    server.says["PUT", "/"] = Say(status, "<b>stack trace</b>")
    with pytest.raises(ToolError, match=said) as caught:
        await dav(server.url).done("PUT", f"{server.url}/")
    assert "stack" not in str(caught.value)


@pytest.mark.parametrize(
    ("method", "then"), [("GET", "Nothing was changed"), ("PUT", "is not known")]
)
async def test_a_silent_server_is_given_up_and_what_is_not_known_is_said(
    server: Scripted, method: str, then: str
) -> None:
    server.says[method, "/"] = Say(SILENCE)
    with pytest.raises(ToolError, match=rf"127\.0\.0\.1 did not answer within 0\.3 .*{then}"):
        await dav(server.url, 0.3).ask(method, f"{server.url}/")


async def test_a_dead_server_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    with pytest.raises(ToolError, match=r"The calendar at 127\.0\.0\.1 could not be reached"):
        await dav(url).ask("GET", url)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not xml",
        "<html><p>Sign in</html>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
    ],
)
async def test_what_is_no_plain_xml_is_refused(server: Scripted, body: str) -> None:
    server.says["PROPFIND", "/"] = Say(207, body)
    with pytest.raises(ToolError, match="not from a calendar server"):
        await dav(server.url).resources("PROPFIND", f"{server.url}/", "", 0)


async def test_too_many_things_are_refused(server: Scripted) -> None:
    many = "<d:response><d:href>/x</d:href></d:response>" * 2001
    server.says["REPORT", "/"] = Say(207, f'<d:multistatus xmlns:d="DAV:">{many}</d:multistatus>')
    with pytest.raises(ToolError, match="too many things"):
        await dav(server.url).resources("REPORT", f"{server.url}/", "", 1)


async def test_an_answer_without_an_end_is_cut_off(server: Scripted) -> None:
    server.says["GET", "/"] = Say(200, "x" * 10_000_001)
    with pytest.raises(ToolError, match="sent more than 10 MB"):
        await dav(server.url).ask("GET", f"{server.url}/")


async def test_a_private_address_is_not_contacted(server: Scripted) -> None:
    there = Dav(Account("https://127.0.0.1/", "a", "b"), Reach())
    with pytest.raises(ToolError, match="private network"):
        await there.ask("GET", "https://127.0.0.1/")
    assert not server.seen
